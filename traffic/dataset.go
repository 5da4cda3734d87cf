package traffic

import "encoding/binary"

// implicitVR is the transfer syntax of the queries below: Implicit VR Little Endian
// (PS3.5 A.1).
const implicitVR = "1.2.840.10008.1.2"

// appendElement appends a data element: tag, 32-bit length, value of even length.
func appendElement(dst []byte, group, element uint16, value []byte, pad byte) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, group)
	dst = binary.LittleEndian.AppendUint16(dst, element)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(value)+len(value)&1))
	dst = append(dst, value...)
	if len(value)&1 == 1 {
		dst = append(dst, pad)
	}
	return dst
}

// appendStudyQuery appends the identifier of a study root C-FIND for the studies of
// the visit's patient.
func appendStudyQuery(dst []byte, m *moment) []byte {
	dst = appendElement(dst, 0x0008, 0x0005, []byte("ISO_IR 192"), ' ')
	dst = appendElement(dst, 0x0008, 0x0020, nil, ' ')
	dst = appendElement(dst, 0x0008, 0x0050, nil, ' ')
	dst = appendElement(dst, 0x0008, 0x0052, []byte("STUDY"), ' ')
	dst = appendElement(dst, 0x0008, 0x0061, []byte(m.visit.examination.modality), ' ')
	dst = appendElement(dst, 0x0008, 0x1030, nil, ' ')
	dst = appendElement(dst, 0x0010, 0x0010, nil, ' ')
	dst = appendElement(dst, 0x0010, 0x0020, m.visit.patient.id, ' ')
	dst = appendElement(dst, 0x0020, 0x000D, nil, 0)
	return appendElement(dst, 0x0020, 0x1208, nil, ' ')
}

// appendWorklistQuery appends the identifier of a modality's worklist C-FIND for
// today's scheduled steps (PS3.4 K.6.1).
func appendWorklistQuery(dst []byte, m *moment) []byte {
	var date [8]byte
	m.at.In(localZone).AppendFormat(date[:0], "20060102")
	dst = appendElement(dst, 0x0008, 0x0050, nil, ' ')
	dst = appendElement(dst, 0x0010, 0x0010, nil, ' ')
	dst = appendElement(dst, 0x0010, 0x0020, nil, ' ')
	dst = appendElement(dst, 0x0010, 0x0030, nil, ' ')
	dst = appendElement(dst, 0x0020, 0x000D, nil, 0)
	var item [128]byte
	step := appendElement(item[:0], 0x0008, 0x0060, []byte(m.visit.examination.modality), ' ')
	step = appendElement(step, 0x0040, 0x0001, []byte(m.visit.modality.title), ' ')
	step = appendElement(step, 0x0040, 0x0002, date[:], ' ')
	step = appendElement(step, 0x0040, 0x0003, nil, ' ')
	var sequence [160]byte
	return appendElement(dst, 0x0040, 0x0100, appendElement(sequence[:0], 0xFFFE, 0xE000, step, 0), 0)
}
