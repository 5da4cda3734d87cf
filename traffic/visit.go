package traffic

import "strconv"

// event is a kind of message.
type event uint8

const (
	eventAdmitted     event = iota // Patient Record C, ADT^A04
	eventDemographics              // Patient Record U, ADT^A08
	eventMerged                    // Patient Record D, ADT^A40
	eventOrdered                   // Order Record C, ORM^O01
	eventScheduled                 // Procedure Record C, OMI^O23
	eventStatus                    // Procedure Record U, ORM^O01
	eventDirectory                 // Query, QBP^Q22 (ITI-21)
	eventWorklist                  // Query, modality worklist C-FIND
	eventSearched                  // Query, study root C-FIND
	eventBegun                     // Begin Transferring
	eventStored                    // Instances Transferred C
	eventFetched                   // Instances Transferred R
	eventAccessed                  // Instances Accessed R
	eventReconciled                // Instances Accessed U
	eventExported                  // Export
	eventImported                  // Import
	eventDeleted                   // Study Deleted
	eventLogin                     // User Authentication, Login
	eventLogout                    // User Authentication, Logout
	eventStarted                   // Application Activity
	eventAttached                  // Network Entry
	eventAlert                     // Security Alert
	eventLogUsed                   // Audit Log Used
	numEvents
)

// scripts are the stories that a visit may have.
var scripts = [...][]event{
	{ // an outpatient's examination
		eventAdmitted, eventOrdered, eventScheduled, eventDirectory, eventWorklist, eventBegun, eventStored,
		eventSearched, eventAccessed, eventFetched, eventDemographics, eventAccessed, eventStatus, eventAccessed,
		eventAccessed, eventSearched, eventFetched, eventAccessed,
	},
	{ // an inpatient's, with an earlier study to compare
		eventAdmitted, eventDemographics, eventOrdered, eventScheduled, eventWorklist, eventSearched, eventBegun,
		eventFetched, eventBegun, eventStored, eventReconciled, eventStatus, eventAccessed, eventAccessed,
		eventDirectory, eventSearched, eventAccessed, eventFetched, eventAccessed,
	},
	{ // images brought along on a disc
		eventAdmitted, eventDirectory, eventImported, eventBegun, eventStored, eventReconciled, eventAccessed,
		eventSearched, eventAccessed, eventStatus,
	},
	{ // images handed out
		eventDirectory, eventSearched, eventAccessed, eventExported, eventDemographics,
	},
	{ // a ward round
		eventSearched, eventAccessed, eventFetched, eventAccessed, eventDirectory, eventAccessed,
	},
	{ // two records of one patient are merged, the wrong study goes
		eventMerged, eventDemographics, eventStatus, eventAccessed, eventDeleted, eventSearched,
	},
}

// scriptShares says how often each script is played, of 100.
var scriptShares = [len(scripts)]int{40, 26, 6, 6, 20, 2}

// background is what happens beside the visits, each as often as it stands here.
var background = [...]event{
	eventLogin, eventLogin, eventLogin, eventLogin, eventLogin, eventLogin, eventLogin, eventLogin,
	eventLogout, eventLogout, eventLogout, eventLogout, eventLogout, eventLogout,
	eventStarted, eventAttached, eventAlert, eventLogUsed,
}

// mayFail are the events that end in a minor failure once in a hundred.
var mayFail = [numEvents]bool{
	eventAdmitted: true, eventDemographics: true, eventScheduled: true, eventDirectory: true, eventSearched: true,
	eventBegun: true, eventStored: true, eventFetched: true, eventAccessed: true, eventLogin: true,
}

// visit is one patient's story: who, which study, which systems, and which people
// have to do with it. Its slices are reused by the next visit.
type visit struct {
	script  []event
	step    int
	patient patient
	// before is the patient's other id, which a merge gives up.
	before []byte
	number []byte // the visit's

	examination                     *examination
	study, earlier, mpps, accession []byte
	images                          int
	modality, archive, viewer       *system
	team                            [4]*user
	ward                            string
}

// begin makes v the next visit, of the patient that has this index.
func (v *visit) begin(g *Generator, index int) {
	rnd := &g.rnd
	g.begun++
	v.script, v.step = chooseScript(rnd), 0
	v.patient.load(&g.people, index)
	v.before = strconv.AppendInt(append(v.before[:0], 'N'), int64(7000000+index), 10)
	v.number = strconv.AppendInt(append(v.number[:0], 'F'), int64(20000000+g.begun), 10)
	modality := rnd.below(modalityCount)
	v.modality = &g.landscape.modalities[modality]
	v.examination = &examinations[modality%len(examinations)]
	v.archive = &g.landscape.archives[rnd.below(len(g.landscape.archives))]
	v.viewer = &g.landscape.viewers[rnd.below(len(g.landscape.viewers))]
	v.images = 1 + rnd.below(v.examination.images)
	v.study = appendUID(v.study[:0], modality, g.clock.at/1e6, rnd.below(900))
	past := mix(uint64(index))
	v.earlier = appendUID(v.earlier[:0], int(past%modalityCount), 1500000000+int64(past>>8%200000000), int(past>>40%900))
	v.mpps = append(append(v.mpps[:0], v.study...), ".9"...)
	v.accession = strconv.AppendInt(append(v.accession[:0], 'A'), int64(30000000+3*g.begun), 10)
	for i := range v.team {
		v.team[i] = g.people.colleague(rnd)
	}
	v.ward = wards[rnd.below(len(wards))]
}

func chooseScript(rnd *source) []event {
	n := rnd.below(100)
	for i, share := range scriptShares {
		if n < share {
			return scripts[i]
		}
		n -= share
	}
	return scripts[0]
}

// appendUID appends a UID as a device's software makes it: its own arc, the time in
// seconds and a counter.
func appendUID(dst []byte, device int, seconds int64, counter int) []byte {
	dst = strconv.AppendInt(append(dst, "2.999.276.1.5."...), int64(1+device), 10)
	dst = strconv.AppendInt(append(dst, '.'), seconds, 10)
	return strconv.AppendInt(append(dst, '.'), int64(counter), 10)
}
