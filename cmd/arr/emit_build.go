package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"arr/audit"
	"arr/emitter"
)

// buildFlags are the flags of arr emit that name a message's builder and its values.
func buildFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "event", Usage: "send a message of the event `NAME`: " + strings.Join(eventNames(), ", ")},
		&cli.StringSliceFlag{Name: "set", Usage: "with --event, `KEY=VALUE`: " + strings.Join(settings, ", ")},
	}
}

// settings are the keys of --set.
var settings = []string{
	"action", "outcome", "description", "type", "transaction", "time", "user", "user-name", "user-host", "other", "other-host",
	"media", "patient", "patient-name", "study", "accession", "uri", "sop-class", "query", "alert",
}

// values are what --set gave, by key. What is not set is empty.
type values struct {
	set map[string][]string
	// used are the keys that a builder has asked for.
	used map[string]bool
}

func (v values) all(key string) []string {
	v.used[key] = true
	return v.set[key]
}

func (v values) one(key string) string {
	all := v.all(key)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// unset are the keys that a builder has asked for and that were not set, unused those that
// were set and that it did not ask for.
func (v values) unset() []string  { return lacking(v.used, v.set) }
func (v values) unused() []string { return lacking(v.set, v.used) }

// lacking gives the keys of a map that another lacks, in order.
func lacking[A, B any](in map[string]A, from map[string]B) []string {
	var all []string
	for key := range in {
		if _, there := from[key]; !there {
			all = append(all, key)
		}
	}
	return slices.Sorted(slices.Values(all))
}

// or gives a key's value, or another where it is not set.
func (v values) or(key, other string) string {
	if s := v.one(key); s != "" {
		return s
	}
	return other
}

// user is who did it, other the side that didn't ask.
func (v values) user() audit.ActiveParticipant {
	p := emitter.Person(v.or("user", "arr-emit"), v.one("user-host"))
	p.UserName = v.one("user-name")
	return p
}

func (v values) node() audit.ActiveParticipant {
	return emitter.Process(v.or("user", "arr-emit"), v.one("user-host"))
}

func (v values) other() audit.ActiveParticipant {
	return emitter.Process(v.one("other"), v.one("other-host"))
}

func (v values) medium() audit.ActiveParticipant {
	if kind := v.one("media"); kind != "" {
		return emitter.Media(v.one("other"), kind)
	}
	return v.other()
}

func (v values) patient() audit.ParticipantObject {
	return emitter.Patient(v.one("patient"), v.one("patient-name"))
}

func (v values) patients() []audit.ParticipantObject {
	return []audit.ParticipantObject{v.patient()}
}

func (v values) studies() []audit.ParticipantObject {
	var all []audit.ParticipantObject
	for _, uid := range v.all("study") {
		o := emitter.Study(uid)
		o.Accessions = v.all("accession")
		all = append(all, o)
	}
	return all
}

func (v values) query() audit.ParticipantObject {
	if t := v.one("transaction"); t != "" {
		return emitter.IHEQuery(t, v.or("uri", "query"), []byte(v.one("query")))
	}
	return emitter.DICOMQuery(v.one("sop-class"), "1.2.840.10008.1.2.1", []byte(v.one("query")))
}

// options are what any message may have.
func (v values) options() []emitter.Option {
	var all []emitter.Option
	if o := v.one("outcome"); o != "" {
		all = append(all, emitter.Failed(o, v.one("description")))
	}
	for _, code := range v.all("transaction") {
		all = append(all, emitter.Transaction(code))
	}
	for _, code := range v.all("type") {
		all = append(all, emitter.Type(emitter.DCM(code)))
	}
	if at := v.one("time"); at != "" {
		all = append(all, func(m *audit.Message) { m.DateTime = at })
	}
	return all
}

// alert is the options with what a security alert is about.
func (v values) alert() []emitter.Option {
	if v.one("alert") == "" {
		return v.options()
	}
	return append(v.options(), emitter.About(emitter.AlertSubject(v.one("uri"), v.one("alert"))))
}

// eventBuilders are the builders by the names of their events.
var eventBuilders = map[string]func(b *emitter.Builder, v values) (*audit.Message, error){
	"application-start": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.ApplicationActivity(true, v.node(), v.options()...)
	},
	"application-stop": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.ApplicationActivity(false, v.node(), v.options()...)
	},
	"audit-log-used": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.AuditLogUsed(v.user(), v.one("uri"), v.options()...)
	},
	"begin-transferring": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.BeginTransferring(v.user(), v.other(), v.patient(), v.studies(), v.options()...)
	},
	"export": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.DataExport(v.user(), v.medium(), v.patients(), v.studies(), v.options()...)
	},
	"import": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.DataImport(v.user(), v.medium(), v.patients(), v.studies(), v.options()...)
	},
	"instances-accessed": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.InstancesAccessed(v.or("action", "R"), v.user(), v.patient(), v.studies(), v.options()...)
	},
	"instances-transferred": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.InstancesTransferred(v.or("action", "C"), v.user(), v.other(), v.patient(), v.studies(), v.options()...)
	},
	"study-deleted": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.StudyDeleted(v.user(), v.patient(), v.studies(), v.options()...)
	},
	"network-attach": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.NetworkEntry(true, v.node(), v.options()...)
	},
	"network-detach": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.NetworkEntry(false, v.node(), v.options()...)
	},
	"query": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.Query(v.user(), v.other(), v.query(), v.options()...)
	},
	"login": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.UserAuthentication(true, v.user(), v.options()...)
	},
	"logout": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.UserAuthentication(false, v.user(), v.options()...)
	},
	"order-record": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.OrderRecord(v.or("action", "C"), v.user(), v.patient(), v.options()...)
	},
	"patient-record": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.PatientRecord(v.or("action", "C"), v.user(), v.patient(), v.options()...)
	},
	"procedure-record": func(b *emitter.Builder, v values) (*audit.Message, error) {
		return b.ProcedureRecord(v.or("action", "C"), v.user(), v.patient(), v.studies(), v.options()...)
	},
	"security-alert": func(b *emitter.Builder, v values) (*audit.Message, error) {
		kind := v.or("type", "110126")
		delete(v.set, "type")
		return b.SecurityAlert(kind, v.user(), v.alert()...)
	},
}

func eventNames() []string { return slices.Sorted(maps.Keys(eventBuilders)) }

// builtMessage makes the message of --event.
func builtMessage(c *cli.Context, dialect emitter.Dialect) (*audit.Message, error) {
	build := eventBuilders[c.String("event")]
	if build == nil {
		return nil, fmt.Errorf("--event is one of %s", strings.Join(eventNames(), ", "))
	}
	v := values{set: map[string][]string{}, used: map[string]bool{}}
	for _, s := range c.StringSlice("set") {
		key, value, ok := strings.Cut(s, "=")
		if !ok || !slices.Contains(settings, key) {
			return nil, fmt.Errorf("--set is KEY=VALUE, and KEY one of %s", strings.Join(settings, ", "))
		}
		v.set[key] = append(v.set[key], value)
	}
	b := emitter.Builder{Source: audit.AuditSource{ID: deviceName(c)}, Dialect: dialect}
	m, err := build(&b, v)
	if isA[*emitter.InvalidError](err) {
		return nil, fmt.Errorf("--event %s: --set other values, or more of %s: %w", c.String("event"), strings.Join(v.unset(), ", "), err)
	}
	if unused := v.unused(); err == nil && len(unused) > 0 {
		fmt.Fprintf(c.App.ErrWriter, "--event %s has no place for %s\n", c.String("event"), strings.Join(unused, ", "))
	}
	return m, err
}
