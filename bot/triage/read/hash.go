package read

import "unicode/utf8"

// The FNV-1a hash, 32 bits; see http://www.isthe.com/chongo/tech/comp/fnv/.
const (
	fnvBasis = 2166136261
	fnvPrime = 16777619
)

// Hash is the FNV-1a hash of bytes.
func Hash(b []byte) uint32 { return hash(fnvBasis, b) }

func hash(h uint32, b []byte) uint32 {
	for _, c := range b {
		h = (h ^ uint32(c)) * fnvPrime
	}
	return h
}

// Spread has every bit of a hash depend on all the others.
func Spread(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x7feb352d
	h ^= h >> 15
	h *= 0x846ca68b
	return h ^ h>>16
}

// Seeds keep the kinds of features apart.
const (
	seedWord = (iota + 1) * 0x1e3779b1
	seedPair
	seedNot
	seedGram
	seedEnd
)

// negates is how many words a negator turns around.
const negates = 3

// hash fills Grams and Rest from the tokens.
func (t *Text) hash() {
	t.Grams, t.Rest = t.Grams[:0], t.Rest[:0]
	t.seen.clear(len(t.buf))
	if t.names != nil {
		clear(t.names)
	}
	var last uint32
	var before Token
	not := 0
	for i, token := range t.Tokens {
		b := t.Bytes(token)
		h := hash(fnvBasis, b)
		switch token.Kind {
		case Word:
			if t.gram(seedWord^h, token) {
				t.parts(b)
			}
			if not > 0 {
				t.rest(seedNot^h, "not … ", token, Token{})
				not--
			}
			if Negates(h) {
				not = negates
			}
		case Mark:
			not = 0
			fallthrough
		default:
			t.rest(seedWord^h, "", token, Token{})
		}
		if i > 0 {
			t.rest((seedPair^last)*fnvPrime*31^h*0x85ebca6b, "", before, token)
		}
		last, before = h, token
	}
	if len(t.Tokens) > 0 {
		t.rest(seedEnd^last, "last: ", before, Token{})
	}
}

// gram keeps the hash of a word or of a part of one, once, and tells whether it is new.
func (t *Text) gram(h uint32, of Token) bool {
	h = Spread(h)
	if !t.seen.add(h) {
		return false
	}
	t.Grams = append(t.Grams, h)
	if t.names != nil {
		t.names[h] = string(t.Bytes(of))
	}
	return true
}

// rest keeps the hash of anything else, once.
func (t *Text) rest(h uint32, kind string, of, then Token) {
	h = Spread(h)
	if !t.seen.add(h) {
		return
	}
	t.Rest = append(t.Rest, h)
	if t.names != nil {
		t.names[h] = kind + string(t.Bytes(of))
		if then.to > 0 {
			t.names[h] += " " + string(t.Bytes(then))
		}
	}
}

// The parts of a word: sequences of letters, the ends of the word counting as one each.
const (
	longestPart = 5
	wordLetters = 40 // of a word are taken apart
)

// parts adds the sequences of 2 to 5 letters of a word, with its ends.
func (t *Text) parts(b []byte) {
	var at [wordLetters + 1]uint8 // where the letters begin
	n := 0
	for i := 0; i < len(b) && n < wordLetters; n++ {
		size := 1
		if b[i] >= utf8.RuneSelf {
			_, size = utf8.DecodeRune(b[i:])
		}
		i += size
		at[n+1] = uint8(i) //nolint:gosec // n is below wordLetters
	}
	for from := -1; from < n; from++ { // -1 is the beginning of the word, n its end
		h := uint32(seedGram)
		if from < 0 {
			h = (h ^ '^') * fnvPrime
		} else {
			h = hash(h, b[at[from]:at[from+1]]) //nolint:gosec // from is below n
		}
		for to := from + 1; to <= n && to-from < longestPart; to++ {
			if to == n {
				h = (h ^ '$') * fnvPrime
			} else {
				h = hash(h, b[at[to]:at[to+1]])
			}
			if mixed := Spread(h); t.seen.add(mixed) {
				t.Grams = append(t.Grams, mixed)
				if t.names != nil {
					t.names[mixed] = partName(b, at[max(from, 0)], at[min(to+1, n)], from < 0, to == n)
				}
			}
		}
	}
}

// partName writes a part of a word as explanations show it: "-ción", "mal-".
func partName(b []byte, from, to uint8, begins, ends bool) string {
	name := string(b[from:to])
	if !begins {
		name = "-" + name
	}
	if !ends {
		name += "-"
	}
	return name
}

// Naming has the next Read remember what each hash stands for, which costs an
// allocation each, until it is called again with false.
func (t *Text) Naming(on bool) {
	t.names = nil
	if on {
		t.names = map[uint32]string{}
	}
}

// Name is what a hash stands for, when names are kept.
func (t *Text) Name(h uint32) string { return t.names[h] }

// set holds hashes that were seen, and forgets them all at once.
type set struct {
	slots []uint32
	shift uint8
	size  int
}

// clear empties the set and makes room for what a text of n bytes may hold.
func (s *set) clear(n int) {
	bits := uint8(9)
	for 1<<bits < n*12 && bits < 16 {
		bits++
	}
	if len(s.slots) < 1<<bits {
		s.slots = make([]uint32, 1<<bits)
	}
	s.shift = 32 - bits
	s.size = 0
	clear(s.slots[:1<<bits])
}

// add keeps a hash and tells whether it is new; a set that is full keeps none.
func (s *set) add(h uint32) bool {
	slots := s.slots[:1<<(32-s.shift)]
	if h == 0 || s.size > len(slots)*3/4 {
		return false
	}
	mask := uint32(len(slots) - 1)
	for at := h >> s.shift; ; at++ {
		switch slots[at&mask] {
		case h:
			return false
		case 0:
			slots[at&mask] = h
			s.size++
			return true
		}
	}
}
