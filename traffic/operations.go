package traffic

// exchange writes a disc or reads one: exactly one participant is the requestor.
func (w writer) exchange(e event) string {
	objects := w.studyObject("{study}", describeAccess) + w.patientObject("{patient}", "")
	if e == eventExported {
		return w.audit("R", coded{code: "110106", meaning: "Export"}, nil,
			w.person()+w.node("{system title}", "AETITLES={system title}", "false", "{system ip}", roleSource)+
				w.media(coded{code: "110154", meaning: "Destination Media"}), withLifeCycle(objects, "10"))
	}
	return w.audit("C", coded{code: "110107", meaning: "Import"}, nil,
		w.person()+w.node("{system title}", "AETITLES={system title}", "false", "{system ip}", roleDestination)+
			w.media(coded{code: "110155", meaning: "Source Media"}), withLifeCycle(objects, "2"))
}

// operation is what happens to a system itself.
func (w writer) operation(e event) string {
	self := w.node("{system source}", "AETITLES={system title}", "false", "{system ip}", roleApplication)
	switch e {
	case eventLogin, eventLogout:
		kind := coded{code: "110122", meaning: "Login"}
		if e == eventLogout {
			kind = coded{code: "110123", meaning: "Logout"}
		}
		return w.audit("E", coded{code: "110114", meaning: "User Authentication"}, []coded{kind}, w.person()+self, "")
	case eventStarted:
		return w.audit("E", coded{code: "110100", meaning: "Application Activity"},
			[]coded{{code: "110120", meaning: "Application Start"}}, self+
				`<ActiveParticipant UserID="systemd" UserIsRequestor="true">`+w.code("RoleIDCode", roleLauncher)+"</ActiveParticipant>", "")
	case eventAttached:
		return w.audit("E", coded{code: "110108", meaning: "Network Entry"},
			[]coded{{code: "110124", meaning: "Attach"}}, self, "")
	case eventAlert:
		return w.audit("E", coded{code: "110113", meaning: "Security Alert"},
			[]coded{{code: "110126", meaning: "Node Authentication"}}, self,
			w.object("{user host}", `ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="13"`, typeNode,
				"<ParticipantObjectName>{user host}</ParticipantObjectName>"+detail("Alert Description", "alert")))
	}
	return w.audit("R", coded{code: "110101", meaning: "Audit Log Used"}, nil, w.person(),
		w.object("https://arr.klinikum.example/", `ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="13"`, typeURI,
			"<ParticipantObjectName>Security Audit Log</ParticipantObjectName>"))
}
