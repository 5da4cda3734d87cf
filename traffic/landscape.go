package traffic

import "fmt"

// style is how a product writes its messages.
type style uint8

const (
	styleArchive  style = iota // XML declaration, originalText alone, zone offset
	styleHIS                   // XML declaration, Z
	styleModality              // no XML declaration, MSGID DICOM+RFC3881, whole seconds
	styleViewer                // byte order mark, Z
	stylePortal                // indented, displayName beside originalText, zone offset, microseconds in the header
	numStyles
)

// system is one that sends audit messages.
type system struct {
	style style
	// host, app and pid stand in the syslog header.
	host, app, pid string
	// ip is the access point, source the AuditSourceID, title the AE title.
	ip, source, title string
}

// landscape is all the systems of the hospital.
type landscape struct {
	archives, viewers, modalities []system
	his, ris, portal              system
}

const modalityCount = 28

func newLandscape() landscape {
	l := landscape{
		his:    system{styleHIS, "kis.klinikum.example", "KIS-Gateway", "2417", "10.10.1.20", "KIS", "KIS"},
		ris:    system{styleHIS, "ris.klinikum.example", "RIS", "1188", "10.10.1.30", "RIS", "RIS"},
		portal: system{stylePortal, "portal.klinikum.example", "zuweiserportal", "31", "10.30.0.8", "Zuweiserportal", "PORTAL"},
	}
	for i := 1; i <= 2; i++ {
		l.archives = append(l.archives, system{styleArchive, fmt.Sprintf("pacs%d.klinikum.example", i), "pacs-archive",
			fmt.Sprint(8100 + 977*i), fmt.Sprintf("10.10.2.%d", i), fmt.Sprintf("PACS%d", i), fmt.Sprintf("PACS%d", i)})
		l.viewers = append(l.viewers, system{styleViewer, fmt.Sprintf("viewer%d.klinikum.example", i), "ImageViewer",
			fmt.Sprint(640 + 31*i), fmt.Sprintf("10.10.3.%d", i), fmt.Sprintf("Viewer%d", i), fmt.Sprintf("VIEW%d", i)})
	}
	for i := range modalityCount {
		kind := examinations[i%len(examinations)].modality
		title := fmt.Sprintf("%s%02d", kind, 1+i)
		l.modalities = append(l.modalities, system{styleModality, title + ".rad.klinikum.example", kind + "-Console",
			fmt.Sprint(300 + 7*i), fmt.Sprintf("10.10.4.%d", 10+i), title, title})
	}
	return l
}

// sender says which system reports an event.
func (l *landscape) sender(e event, v *visit, rnd *source) *system {
	switch e {
	case eventAdmitted, eventDemographics, eventMerged:
		if rnd.below(2) == 0 {
			return &l.his
		}
		return v.archive
	case eventOrdered, eventStatus:
		return &l.ris
	case eventWorklist, eventImported, eventAttached, eventStarted:
		return v.modality
	case eventAccessed, eventExported, eventLogin, eventLogout:
		return v.viewer
	case eventDirectory, eventAlert:
		return &l.portal
	}
	return v.archive
}
