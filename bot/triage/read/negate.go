package read

// negators turn what follows them around, in six languages.
var negators = hashes(
	"not", "no", "never", "neither", "nor", "cannot", "can't", "don't", "doesn't", "didn't", "won't", "isn't", "aren't", "wasn't", "weren't",
	"ain't", "couldn't", "wouldn't", "shouldn't", "haven't", "hasn't", "hadn't", "without", "cant", "dont", "doesnt", "didnt", "wont", "isnt",
	"nunca", "jamás", "jamas", "ni", "sin", "tampoco", "nada", "ningún", "ninguna", "ninguno",
	"non", "mai", "né", "senza", "neanche", "nemmeno", "nessun", "nessuna", "nessuno", "niente",
	"não", "nao", "nem", "sem", "jamais", "nenhum", "nenhuma", "tampouco",
	"ne", "pas", "sans", "aucun", "aucune", "rien", "plus", "n'est", "n'ai", "n'a",
	"nicht", "kein", "keine", "keinen", "keiner", "keinem", "nie", "niemals", "ohne", "weder", "nichts", "nix",
)

// mayNegate has a bit for the ends of the hashes of negators, which most words
// do not share.
var mayNegate = func() (bits [32]uint64) {
	for h := range negators {
		bits[h>>6%32] |= 1 << (h % 64)
	}
	return bits
}()

func hashes(words ...string) map[uint32]bool {
	m := make(map[uint32]bool, len(words))
	for _, w := range words {
		m[Hash([]byte(w))] = true
	}
	return m
}

// Negates tells whether the word with this Hash turns what follows around.
func Negates(h uint32) bool {
	return mayNegate[h>>6%32]>>(h%64)&1 == 1 && negators[h]
}
