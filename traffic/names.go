package traffic

var familyNames = [...]string{
	"Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann",
	"Schäfer", "Koch", "Bauer", "Richter", "Klein", "Wolf", "Schröder", "Neumann", "Schwarz", "Zimmermann",
	"Braun", "Krüger", "Hofmann", "Hartmann", "Lange", "Schmitt", "Werner", "Krause", "Meier", "Lehmann",
	"Schmid", "Schulze", "Maier", "Köhler", "Herrmann", "König", "Walter", "Mayer", "Huber", "Kaiser",
	"Fuchs", "Peters", "Lang", "Scholz", "Möller", "Weiß", "Jung", "Hahn", "Schubert", "Vogel",
	"Friedrich", "Keller", "Günther", "Frank", "Berger", "Winkler", "Roth", "Beck", "Lorenz", "Baumann",
	"Franke", "Albrecht", "Schuster", "Simon", "Ludwig", "Böhm", "Winter", "Kraus", "Martin", "Schumacher",
	"Krämer", "Vogt", "Stein", "Jäger", "Otto", "Sommer", "Groß", "Seidel", "Heinrich", "Brandt",
	"Haas", "Schreiber", "Graf", "Dietrich", "Ziegler", "Kuhn", "Kühn", "Pohl", "Engel", "Horn",
	"Busch", "Bergmann", "Thomas", "Voigt", "Sauer", "Arnold", "Pfeiffer", "Yılmaz", "Kaya", "Demir",
	"Şahin", "Çelik", "Yıldız", "Öztürk", "Aydın", "Arslan", "Doğan", "Kılıç", "Nowak", "Kowalski",
	"Wiśniewski", "Wójcik", "Kamiński", "Lewandowski", "Zieliński", "Szymański", "Dvořák", "Novák", "Svoboda", "Horváth",
	"Nagy", "Kovács", "Jovanović", "Petrović", "Marković", "Ivanova", "Petrova", "Rossi", "Ferrari", "Esposito",
	"Bianchi", "García", "Fernández", "Martínez", "Silva", "Santos", "Nielsen", "Sørensen", "Andersson", "Nguyen",
	"Tran", "Haddad", "Al-Masri", "Rahimi", "O'Connor", "Smith", "Dubois", "Lefèvre", "van den Berg", "de Vries",
}

var givenNames = [...]string{
	"Anna", "Maria", "Johanna", "Katharina", "Elisabeth", "Ursula", "Monika", "Petra", "Sabine", "Renate",
	"Susanne", "Andrea", "Birgit", "Claudia", "Heike", "Stefanie", "Julia", "Laura", "Lena", "Hannah",
	"Emma", "Mia", "Sophie", "Jürgen", "Günter", "Peter", "Michael", "Thomas", "Andreas", "Wolfgang",
	"Klaus", "Manfred", "Helmut", "Werner", "Karl-Heinz", "Jörg", "Uwe", "Frank", "Stefan", "Markus",
	"Christian", "Daniel", "Alexander", "Maximilian", "Paul", "Leon", "Finn", "Elias", "Björn", "Søren",
	"Ayşe", "Fatma", "Mehmet", "Mustafa", "Emre", "Zofia", "Agnieszka", "Piotr", "Tomasz", "Jiří",
	"Tomáš", "Zoltán", "Ana", "Milena", "Ivan", "Olga", "Giulia", "Marco", "José", "Lucía",
	"João", "Astrid", "Lars", "Minh", "Layla", "Omar", "Reza", "Niamh", "Seán", "Chloé",
}

var streets = [...]string{
	"Hauptstraße", "Bahnhofstraße", "Gartenweg", "Am Mühlbach", "Schillerstraße", "Lindenallee", "Kirchplatz",
	"Rosenweg", "Uferstraße", "Bergstraße", "Schulgasse",
}

var cities = [...]string{
	"12345^Musterstadt", "54321^Beispielhausen", "11111^Neudorf", "22222^Altenau", "33333^Seefelden",
}

// wards stand in workstations' names and in PV1-3.
var wards = [...]string{
	"rad", "chir1", "chir2", "innere1", "innere2", "onko", "neuro", "kardio", "paed", "uro", "gyn", "ortho", "its", "zna",
}

// examination is a kind of study.
type examination struct {
	modality, code, name string
	// classes are the SOP classes of the images, the first being the one of most.
	classes [2]string
	// images is how many instances such a study has at most.
	images int
}

var examinations = [...]examination{
	{"CT", "CTTHOR", "CT Thorax", [2]string{"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.88.67"}, 900},
	{"CT", "CTABD", "CT Abdomen mit Kontrastmittel", [2]string{"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.88.67"}, 1400},
	{"CT", "CTSCH", "CT Schädel nativ", [2]string{"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.88.67"}, 400},
	{"MR", "MRKNIE", "MRT Knie rechts", [2]string{"1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.11.1"}, 300},
	{"MR", "MRSCH", "MRT Schädel mit Kontrastmittel", [2]string{"1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.11.1"}, 700},
	{"DX", "RXTHOR", "Röntgen Thorax in zwei Ebenen", [2]string{"1.2.840.10008.5.1.4.1.1.1.1", "1.2.840.10008.5.1.4.1.1.11.1"}, 3},
	{"DX", "RXHAND", "Röntgen Hand links", [2]string{"1.2.840.10008.5.1.4.1.1.1.1", "1.2.840.10008.5.1.4.1.1.11.1"}, 3},
	{"CR", "RXBWS", "Röntgen Brustwirbelsäule", [2]string{"1.2.840.10008.5.1.4.1.1.1", "1.2.840.10008.5.1.4.1.1.11.1"}, 3},
	{"US", "USABD", "Sonographie Abdomen", [2]string{"1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.88.33"}, 40},
	{"US", "ECHO", "Echokardiographie", [2]string{"1.2.840.10008.5.1.4.1.1.3.1", "1.2.840.10008.5.1.4.1.1.88.33"}, 60},
	{"XA", "HERZK", "Herzkatheter", [2]string{"1.2.840.10008.5.1.4.1.1.12.1", "1.2.840.10008.5.1.4.1.1.88.67"}, 30},
	{"MG", "MAMMO", "Mammographie beidseits", [2]string{"1.2.840.10008.5.1.4.1.1.1.2", "1.2.840.10008.5.1.4.1.1.88.50"}, 8},
}
