package triage

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"ponte/bot/triage/read"
)

// MaxRules is how many bytes the text of rules may have.
const MaxRules = 256 << 10

//go:embed rules.tsv
var rulesText string

//go:embed cues.tsv
var cuesText string

// cues are the turns of phrase whose numbers are dense features, and the rules of
// the program, which are too.
var cues = sync.OnceValue(func() *Rules {
	r, err := ParseRules(cuesText + rulesText)
	if err != nil {
		panic("triage: " + err.Error())
	}
	return r
})

// DefaultRules are the rules that are part of the program.
var DefaultRules = sync.OnceValue(func() *Rules {
	r, err := ParseRules(rulesText)
	if err != nil {
		panic("triage: " + err.Error())
	}
	return r
})

// RulesText is the text of the rules that are part of the program, for those who
// want to begin with it.
func RulesText() string { return rulesText }

// Rules says which phrases make a text urgent. The zero value and nil have none.
type Rules struct {
	whole  [lists][]phrase // by their first word
	begun  [lists][]phrase // by how their first word begins, where its end is free
	topics []string
}

// phrase is words that follow each other. The last letters of a word that ends
// with a star are free.
type phrase struct {
	words []string
	topic int // index in topics
}

// ParseRules reads rules: lines of a topic, a language and phrases, with tabs
// between the three and commas between phrases. Lines that begin with # say
// nothing. The language is for those who edit it; every phrase counts in all.
func ParseRules(text string) (*Rules, error) {
	if len(text) > MaxRules {
		return nil, fmt.Errorf("rules of urgency: more than %d bytes", MaxRules)
	}
	r := new(Rules)
	var words read.Text
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		parts := strings.Split(line, "\t")
		if len(parts) != 3 || parts[0] == "" {
			return nil, fmt.Errorf("rules of urgency, line %d: not a topic, a language and phrases with tabs between them", i+1)
		}
		for one := range strings.SplitSeq(parts[2], ",") {
			if err := r.add(&words, parts[0], one); err != nil {
				return nil, fmt.Errorf("rules of urgency, line %d: %w", i+1, err)
			}
		}
	}
	return r, nil
}

// add keeps a phrase, split into words as texts are.
func (r *Rules) add(t *read.Text, topic, one string) error {
	var words []string
	for _, w := range strings.Fields(one) {
		t.Split(strings.TrimSuffix(w, "*"))
		for _, token := range t.Tokens {
			if token.Kind == read.Word || token.Kind == read.Number {
				words = append(words, string(Fold(nil, t.Bytes(token))))
			}
		}
		if strings.HasSuffix(w, "*") && len(words) > 0 {
			words[len(words)-1] += "*"
		}
	}
	if len(words) == 0 || len(words[0]) < 2 && len(words) == 1 || len(words[0]) < start+1 && strings.HasSuffix(words[0], "*") {
		return fmt.Errorf("%q says too little", one)
	}
	number := slices.Index(r.topics, topic)
	if number < 0 {
		number = len(r.topics)
		r.topics = append(r.topics, topic)
	}
	list := &r.whole[read.Hash([]byte(words[0]))%lists]
	if strings.HasSuffix(words[0], "*") {
		list = &r.begun[startOf([]byte(words[0]))]
	}
	*list = append(*list, phrase{words, number})
	return nil
}

// start is how many bytes of its first word a phrase is looked up by.
const start = 3

// lists is how many lists phrases are kept in.
const lists = 4096

func startOf(word []byte) uint32 { return read.Hash(word[:min(len(word), start)]) % lists }

// Match is the topic of the first phrase that a text has, or nothing.
func (r *Rules) Match(text string) string {
	var t read.Text
	t.Read(text)
	return r.match(&t)
}

// match is the topic of the first phrase that a text has, or nothing.
func (r *Rules) match(t *read.Text) string {
	found := -1
	r.each(t, func(topic int) bool {
		found = topic
		return false
	})
	if found < 0 {
		return ""
	}
	return r.topics[found]
}

// each calls yield with the topic of every phrase that a text has, until it says no.
func (r *Rules) each(t *read.Text, yield func(topic int) bool) {
	if r == nil {
		return
	}
	var folded [foldedSize + 4]byte
	for i, token := range t.Tokens {
		if token.Kind != read.Word {
			continue
		}
		word := Fold(folded[:0], t.Bytes(token))
		for found := true; found; word, found = elided(word) {
			for _, list := range [2][]phrase{r.whole[read.Hash(word)%lists], r.begun[startOf(word)]} {
				for _, p := range list {
					if fits(word, p.words[0]) && follows(t, i+1, p.words[1:]) && !yield(p.topic) {
						return
					}
				}
			}
		}
	}
}

// elided is what follows a short beginning and its apostrophe, as in l'hôpital.
func elided(word []byte) ([]byte, bool) {
	for i := 1; i < len(word)-1 && i < 6; i++ {
		if word[i] == '\'' {
			return word[i+1:], true
		}
	}
	return nil, false
}

// follows tells whether the next words are those of a phrase.
func follows(t *read.Text, at int, words []string) bool {
	var folded [foldedSize + 4]byte
	for _, want := range words {
		if at >= len(t.Tokens) || t.Tokens[at].Kind > read.Number {
			return false
		}
		word := Fold(folded[:0], t.Bytes(t.Tokens[at]))
		if !fits(word, want) {
			after, found := elided(word)
			if !found || !fits(after, want) {
				return false
			}
		}
		at++
	}
	return true
}

// fits tells whether a word is the one wanted, or begins as it wants.
func fits(word []byte, want string) bool {
	if n := len(want) - 1; n > 0 && want[n] == '*' {
		return len(word) >= n && string(word[:n]) == want[:n]
	}
	return string(word) == want
}
