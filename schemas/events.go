package schemas

// The objects that several events have.
var (
	patients = objectRule{what: "patient", typ: "1", roles: []string{"1"}, idTypes: []string{"2"}, min: 1}
	patient  = objectRule{what: "patient", typ: "1", roles: []string{"1"}, idTypes: []string{"2"}, min: 1, max: 1}
	studies  = objectRule{what: "study", typ: "2", roles: []string{"3"}, idTypes: []string{"110180"}, min: 1}
	anyStudy = objectRule{what: "study", typ: "2", roles: []string{"3"}, idTypes: []string{"110180"}}
)

// The participants that several events have, by their roles.
var (
	oneSource      = personRule{roles: []string{"110153"}, min: 1, max: 1}
	oneDestination = personRule{roles: []string{"110152"}, min: 1, max: 1}
)

// events are the tables of PS3.15 A.5.3.
var events = [...]eventRule{
	{code: "110100", name: "Application Activity", clause: "PS3.15 A.5.3.1", actions: "E",
		types:  []string{"110120", "110121"},
		people: []personRule{{roles: []string{"110150"}, min: 1, max: 1}}},
	{code: "110101", name: "Audit Log Used", clause: "PS3.15 A.5.3.2", actions: "R",
		things: []objectRule{
			{what: "security audit log", typ: "2", roles: []string{"13"}, idTypes: []string{"12"}, min: 1, max: 1},
			{in: sinceNames, what: "security audit log", typ: "2", roles: []string{"13"}, name: true},
		}},
	{code: "110102", name: "Begin Transferring DICOM Instances", clause: "PS3.15 A.5.3.3", actions: "E",
		people: []personRule{oneSource, oneDestination}, things: []objectRule{studies, patient}},
	{code: "110106", name: "Data Export", clause: "PS3.15 A.5.3.4", actions: "R", requestors: true,
		people: []personRule{
			{in: beforeRoles, roles: []string{"110153"}, min: 1, max: 2},
			{in: beforeRoles, roles: []string{"110154"}, min: 1, max: 1},
			{in: beforeRoles, roles: []string{"110154"}, media: mediaType},
			{roles: []string{"110154"}, notAsking: true},
			{in: Edition2026a | Union, roles: []string{"110154"}, media: mediaOrAddress},
			{in: Edition2026a | Union, roles: []string{"110154", "110152"}, min: 1},
		},
		things: []objectRule{anyStudy, patients}},
	{code: "110107", name: "Data Import", clause: "PS3.15 A.5.3.5", actions: "C", requestors: true,
		people: []personRule{
			{roles: []string{"110152"}, min: 1},
			{in: beforeRoles, roles: []string{"110155"}, min: 1, max: 1},
			{in: beforeRoles, roles: []string{"110155"}, media: mediaType},
			{roles: []string{"110155"}, notAsking: true},
			{in: Edition2026a | Union, roles: []string{"110155"}, media: mediaOrAddress},
			{in: Edition2026a | Union, roles: []string{"110155", "110153"}, min: 1},
		},
		things: []objectRule{anyStudy, patients}},
	{code: "110103", name: "DICOM Instances Accessed", clause: "PS3.15 A.5.3.6", actions: "CRUD",
		things: []objectRule{studies, patient}},
	{code: "110104", name: "DICOM Instances Transferred", clause: "PS3.15 A.5.3.7", actions: "CRU",
		people: []personRule{oneSource, oneDestination}, things: []objectRule{studies, patient}},
	{code: "110105", name: "DICOM Study Deleted", clause: "PS3.15 A.5.3.8", actions: "D",
		things: []objectRule{studies, patient}},
	{code: "110108", name: "Network Entry", clause: "PS3.15 A.5.3.9", actions: "E",
		types:  []string{"110124", "110125"},
		people: []personRule{{min: 1, max: 1, notAsking: true}}},
	{code: "110112", name: "Query", clause: "PS3.15 A.5.3.10", actions: "E",
		people: []personRule{oneSource, oneDestination},
		things: []objectRule{{
			what: "query", typ: "2", roles: []string{"3"}, idTypes: []string{"110181"}, min: 1, max: 1, query: true, detail: "TransferSyntax",
		}}},
	{code: "110113", name: "Security Alert", clause: "PS3.15 A.5.3.11", actions: "E",
		types: []string{""},
		things: []objectRule{{
			what: "alert subject", typ: "2", roles: []string{"5", "13"}, idTypes: []string{"12", "110182"}, detail: "Alert Description",
		}}},
	{code: "110114", name: "User Authentication", clause: "PS3.15 A.5.3.12", actions: "E",
		types:  []string{"110122", "110123"},
		people: []personRule{{min: 1, accessPoint: true}}},
	{code: "110109", name: "Order Record", clause: "PS3.15 A.5.3.13", actions: "CRUD",
		things: []objectRule{patient}},
	{code: "110110", name: "Patient Record", clause: "PS3.15 A.5.3.14", actions: "CRUD",
		things: []objectRule{patient}},
	{code: "110111", name: "Procedure Record", clause: "PS3.15 A.5.3.15", actions: "CRUD", mayLackAction: true,
		things: []objectRule{anyStudy, patient}},
}
