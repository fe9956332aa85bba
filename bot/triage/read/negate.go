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

func hashes(words ...string) map[uint32]bool {
	m := make(map[uint32]bool, len(words))
	for _, w := range words {
		m[Hash([]byte(w))] = true
	}
	return m
}

// Negates tells whether the word with this Hash turns what follows around.
func Negates(h uint32) bool { return negators[h] }
