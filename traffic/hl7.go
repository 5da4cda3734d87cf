package traffic

// hl7Messages are the HL7 v2 messages that travel in the details and queries of audit
// messages; a line is a segment.
var hl7Messages = map[string]string{
	"admitted": `MSH|^~\&|KIS|KLINIKUM|PACS|RADIOLOGIE|{time hl7}||ADT^A04^ADT_A01|{control}|P|2.5|||AL|NE|DEU|UNICODE UTF-8
EVN|A04|{time hl7}
PID|1||{patient}^^^KLINIKUM&2.999.276.1.1&ISO^PI||{patient name}||{patient birth}|{patient sex}|||{patient home}^D
PV1|1|O|{ward}^^^KLINIKUM|R|||{doctor}^{doctor name}||||||||||||{visit}^^^KLINIKUM^VN
`,
	"demographics": `MSH|^~\&|KIS|KLINIKUM|PACS|RADIOLOGIE|{time hl7}||ADT^A08^ADT_A01|{control}|P|2.5|||AL|NE|DEU|UNICODE UTF-8
EVN|A08|{time hl7}
PID|1||{patient}^^^KLINIKUM&2.999.276.1.1&ISO^PI||{patient name}||{patient birth}|{patient sex}|||{patient home}^D
PV1|1|I|{ward}^^^KLINIKUM|R|||{doctor}^{doctor name}||||||||||||{visit}^^^KLINIKUM^VN
`,
	"merged": `MSH|^~\&|KIS|KLINIKUM|PACS|RADIOLOGIE|{time hl7}||ADT^A40^ADT_A39|{control}|P|2.5|||AL|NE|DEU|UNICODE UTF-8
EVN|A40|{time hl7}
PID|1||{patient}^^^KLINIKUM&2.999.276.1.1&ISO^PI||{patient name}||{patient birth}|{patient sex}
MRG|{before}^^^KLINIKUM&2.999.276.1.1&ISO^PI||||||{patient name}
`,
	"ordered": `MSH|^~\&|KIS|KLINIKUM|RIS|RADIOLOGIE|{time hl7}||ORM^O01|{control}|P|2.3.1||||||UNICODE UTF-8
PID|1||{patient}^^^KLINIKUM&2.999.276.1.1&ISO^PI||{patient name}||{patient birth}|{patient sex}
PV1|1|O|{ward}^^^KLINIKUM||||{doctor}^{doctor name}|||||||||||{visit}^^^KLINIKUM^VN
ORC|NW|{accession}^KIS||{accession}^KIS|SC||1^^^{time hl7}^^R||{time hl7}|||{doctor}
OBR|1|{accession}^KIS||{exam code}^{exam}^RADKAT|||||||||Fragestellung: Verlaufskontrolle|||{doctor}||{accession}
`,
	"scheduled": `MSH|^~\&|RIS|RADIOLOGIE|PACS|RADIOLOGIE|{time hl7}||OMI^O23^OMI_O23|{control}|P|2.5.1|||AL|NE|DEU|UNICODE UTF-8
PID|1||{patient}^^^KLINIKUM&2.999.276.1.1&ISO^PI||{patient name}||{patient birth}|{patient sex}
PV1|1|O|{ward}^^^KLINIKUM||||{doctor}^{doctor name}
ORC|NW|{accession}^KIS|{accession}^RIS||SC||1^^^{time hl7}^^R
TQ1|1||||||{time hl7}||R
OBR|1|{accession}^KIS|{accession}^RIS|{exam code}^{exam}^RADKAT|||||||||||||||{accession}
IPC|{accession}|{accession}|{study}|{accession}|{exam kind}|{exam code}^{exam}^RADKAT|||{modality}
`,
	"status": `MSH|^~\&|RIS|RADIOLOGIE|KIS|KLINIKUM|{time hl7}||ORM^O01|{control}|P|2.3.1||||||UNICODE UTF-8
PID|1||{patient}^^^KLINIKUM&2.999.276.1.1&ISO^PI||{patient name}
ORC|SC|{accession}^KIS|{accession}^RIS||CM||1^^^{time hl7}^^R
OBR|1|{accession}^KIS|{accession}^RIS|{exam code}^{exam}^RADKAT|||||||||||||||{accession}||||||{exam kind}|F
ZDS|{study}^RIS^Application^DICOM
`,
	"directory": `MSH|^~\&|PORTAL|ZUWEISER|KIS|KLINIKUM|{time hl7}||QBP^Q22^QBP_Q21|{control}|P|2.5||||||UNICODE UTF-8
QPD|IHE PDQ Query|{control}|@PID.5.1.1^{patient name}~@PID.7^{patient birth}|||||^^^KLINIKUM&2.999.276.1.1&ISO
RCP|I|10^RD
`,
}
