package config

// nearest gives the word that takes the fewest edits of single letters to become s, the
// first of several; "" of none.
func nearest(s string, words []string) string {
	best, fewest := "", 0
	for _, w := range words {
		if d := distance(s, w); best == "" || d < fewest {
			best, fewest = w, d
		}
	}
	return best
}

// distance is Levenshtein's, over bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(d, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
