package traffic

import (
	"strconv"
	"strings"
)

// Person is somebody whom demonstrations can ask for by name, whatever the seed.
type Person struct {
	// ID is the ParticipantObjectID without its assigning authority, or the UserID.
	ID string
	// Name is written as in the messages: DICOM PN for patients, "given family"
	// for users.
	Name string
}

// KnownPatients are there from the start and come back again and again: each in about
// one visit of 400. A few thousand messages are enough to meet them all.
var KnownPatients = []Person{
	{"P1000000", "Müller^Johanna"},
	{"P1000001", "Łukaszewska^Zofia"},
	{"P1000002", "O'Brien^Seán"},
	{"P1000003", "Çelik^Ayşe"},
	{"P1000004", "von der Heide^Karl-Heinz"},
}

// KnownUsers are in the team of about one visit of 30.
var KnownUsers = []Person{
	{"jdoe", "Jane Doe"},
	{"kgruber", "Katharina Gruber"},
	{"asoerensen", "Åse Sørensen"},
	{"mta.rad3", "Tomáš Dvořák"},
}

// user is one who works here.
type user struct {
	id, name string
	// host is the workstation at which the user mostly sits, ip its address.
	host, ip string
	// role is the RoleIDCode: code and meaning, of the site's own scheme.
	roleCode, role string
}

// patient is who is treated here. The slices are reused by the visit that holds it.
type patient struct {
	id, name, given, family []byte
	birth                   []byte // yyyymmdd
	sex                     byte
	street, city            string
	number                  int // of the house
}

type people struct {
	seed     uint64
	patients int
	users    []user
}

var roles = [...][2]string{
	{"RAD", "Radiologist"}, {"PHY", "Physician"}, {"MTR", "Radiographer"},
	{"NUR", "Nurse"}, {"ADM", "Admission clerk"}, {"SEC", "Medical secretary"},
}

func newPeople(seed uint64, users, patients int) people {
	p := people{seed: seed, patients: max(patients, len(KnownPatients))}
	taken := map[string]int{}
	for _, k := range KnownUsers {
		taken[k.ID] = 1
	}
	for i := range max(users, len(KnownUsers)) {
		h := mix(seed ^ uint64(i)<<20)
		given, family := givenNames[h%uint64(len(givenNames))], familyNames[h>>16%uint64(len(familyNames))]
		u := user{name: given + " " + family}
		if i < len(KnownUsers) {
			u.id, u.name = KnownUsers[i].ID, KnownUsers[i].Name
		} else {
			u.id = loginName(given, family)
			if taken[u.id]++; taken[u.id] > 1 {
				u.id += strconv.Itoa(taken[u.id])
			}
		}
		role := roles[h>>32%uint64(len(roles))]
		u.roleCode, u.role = role[0], role[1]
		ward := wards[h>>40%uint64(len(wards))]
		desk := int(h >> 48 % 60)
		u.host = "ws-" + ward + "-" + strconv.Itoa(100+desk) + ".klinikum.example"
		u.ip = "10.20." + strconv.Itoa(int(h>>40%uint64(len(wards)))) + "." + strconv.Itoa(10+desk)
		p.users = append(p.users, u)
	}
	return p
}

// ascii writes the letters of the name tables as login names have them.
var ascii = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss",
	"ş", "s", "Ş", "S", "ç", "c", "Ç", "C", "ğ", "g", "ı", "i", "é", "e", "è", "e", "á", "a", "í", "i", "ó", "o", "ø", "oe",
	"å", "a", "Å", "A", "ř", "r", "š", "s", "Š", "S", "ž", "z", "Ž", "Z", "č", "c", "Č", "C", "ć", "c", "ł", "l", "Ł", "L",
	"ń", "n", "ś", "s", "ę", "e", "ã", "a", "ú", "u", "ñ", "n", "ą", "a", "ě", "e", "ý", "y", "'", "", " ", "", "-", "")

func loginName(given, family string) string {
	return strings.ToLower(ascii.Replace(given)[:1] + ascii.Replace(family))
}

// pick chooses a patient for a new visit.
func (p *people) pick(rnd *source) int {
	if rnd.below(400) < len(KnownPatients) {
		return rnd.below(len(KnownPatients))
	}
	return rnd.below(p.patients)
}

// colleague chooses somebody for a visit's team.
func (p *people) colleague(rnd *source) *user {
	if rnd.below(120) < len(KnownUsers) {
		return &p.users[rnd.below(len(KnownUsers))]
	}
	return &p.users[rnd.below(len(p.users))]
}

// load fills in who the patient of this index is: the same one each time.
func (t *patient) load(p *people, index int) {
	h := mix(p.seed ^ 0xa5a5<<40 ^ uint64(index))
	t.id = strconv.AppendInt(append(t.id[:0], 'P'), int64(1000000+index), 10)
	t.given = append(t.given[:0], givenNames[h%uint64(len(givenNames))]...)
	t.family = append(t.family[:0], familyNames[h>>12%uint64(len(familyNames))]...)
	if index < len(KnownPatients) {
		family, given, _ := strings.Cut(KnownPatients[index].Name, "^")
		t.given, t.family = append(t.given[:0], given...), append(t.family[:0], family...)
	}
	t.name = append(append(append(t.name[:0], t.family...), '^'), t.given...)
	day := int(h >> 24 % (27 * 12 * 90))
	t.birth = append(t.birth[:0], '1', '9')
	if year := 30 + day/(27*12); year < 100 {
		t.birth = strconv.AppendInt(t.birth, int64(year), 10)
	} else {
		t.birth = append(t.birth[:0], '2', '0')
		t.birth = appendTwo(t.birth, year-100)
	}
	t.birth = appendTwo(appendTwo(t.birth, 1+day/27%12), 1+day%27)
	t.sex = "FM"[h>>50&1]
	t.street = streets[h>>52%uint64(len(streets))]
	t.city = cities[h>>56%uint64(len(cities))]
	t.number = 1 + int(h>>40%140)
}

func appendTwo(dst []byte, n int) []byte {
	return append(dst, byte('0'+n/10), byte('0'+n%10))
}
