package train

import (
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ponte/bot/triage"
)

// entry is a word of a list with its score.
type entry struct {
	list  triage.List
	lang  int
	word  string
	score float64
	first int // lower ones are kept where a word has two
}

// judged says what is in the lists that were made by hand: the language, what a
// score of theirs is worth from -4 to 4, whether they have stems, and their rank.
var judged = map[string]struct {
	lang  int
	worth float64
	stems bool
	first int
}{
	"vader_lexicon_en.txt": {0, 1, false, 0},
	"AFINN-en-165.txt":     {0, 1, false, 1},
	"AFINN-fr-165.txt":     {4, 1, false, 0},
	"afinn_es.json":        {1, 1, true, 0},
	"pattern_it.json":      {2, 4, true, 0},
	"afinn_pt.json":        {3, 1, true, 0},
	"senticon_de.json":     {5, 4, true, 0},
}

var carriedName = regexp.MustCompile(`^AFINN-(en|es|it|pt|fr|de)\.json$`)

// list reads a word list; what it does not know it passes over without a word.
func (d *Data) list(name, body string) (string, int) {
	base, before := path.Base(name), len(d.words)
	if j, ok := judged[base]; ok {
		list := triage.Judged
		if j.stems {
			list = triage.JudgedStems
		}
		for w, score := range scoresOf(body) {
			d.words = append(d.words, entry{list, j.lang, strings.ToLower(w), score * j.worth, j.first})
		}
	} else if m := carriedName.FindStringSubmatch(base); m != nil {
		lang := indexOf(triage.Languages, m[1])
		for w, score := range scoresOf(body) {
			if w = strings.ToLower(w); w != "" && !strings.Contains(w, " ") {
				d.words = append(d.words, entry{triage.Carried, lang, w, score, 0})
			}
		}
	} else if base == "vader_emoji_en.txt" || base == "AFINN-emoticon-8.txt" {
		for w, what := range pairs(body) {
			e := entry{list: triage.Faces, word: strings.ReplaceAll(w, "\ufe0f", "")}
			var err error
			if e.score, err = strconv.ParseFloat(what, 64); err != nil {
				e.word, e.first = e.word+"\x00"+what, 1 // described: its score comes from the words
			}
			d.words = append(d.words, e)
		}
	} else {
		return "", 0
	}
	return "words", len(d.words) - before
}

// scoresOf reads words with their scores, from JSON or from lines with tabs.
func scoresOf(body string) map[string]float64 {
	m := map[string]float64{}
	if strings.HasPrefix(strings.TrimSpace(body), "{") {
		if json.Unmarshal([]byte(body), &m) != nil {
			return nil
		}
		return m
	}
	for w, score := range pairs(body) {
		if n, err := strconv.ParseFloat(score, 64); err == nil {
			m[w] = n
		}
	}
	return m
}

func pairs(body string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(body) {
		if parts := strings.Split(strings.TrimSpace(line), "\t"); len(parts) > 1 {
			m[parts[0]] = parts[1]
		}
	}
	return m
}

const lexiconSlots = 1 << 17

// lexicon makes the table of hashed words. Stems are the mean of the words that
// are cut to them.
func (d *Data) lexicon() (triage.Lexicon, error) {
	x := triage.Lexicon{Slots: make([]uint16, lexiconSlots)}
	english := map[string]float64{}
	for _, e := range d.words {
		if _, known := english[e.word]; e.lang == 0 && e.list == triage.Judged && (!known || e.first == 0) {
			english[e.word] = e.score
		}
	}
	words := slices.Clone(d.words)
	stems := map[entry][]float64{}
	for i, e := range words {
		if face, what, described := strings.Cut(e.word, "\x00"); described {
			words[i].word = face
			for _, w := range strings.Fields(what) {
				words[i].score += english[w]
			}
		}
		if e.list == triage.Carried {
			at := entry{list: triage.CarriedStems, lang: e.lang, word: string(triage.Stem(triage.Fold(nil, []byte(e.word))))}
			stems[at] = append(stems[at], e.score)
		}
	}
	for at, scores := range stems {
		for _, s := range scores {
			at.score += s / float64(len(scores))
		}
		words = append(words, at)
	}
	slices.SortFunc(words, func(a, b entry) int {
		if a.first != b.first {
			return a.first - b.first
		}
		if a.list != b.list {
			return int(a.list) - int(b.list)
		}
		if a.lang != b.lang {
			return a.lang - b.lang
		}
		if c := strings.Compare(a.word, b.word); c != 0 {
			return c
		}
		return int(100 * (a.score - b.score))
	})
	for _, e := range words {
		w := []byte(e.word)
		if e.list != triage.Faces {
			w = triage.Fold(nil, w)
		}
		if !x.Put(e.list, e.lang, w, float32(e.score)) {
			return x, errors.New("more words than the lexicon has room for")
		}
	}
	return x, nil
}
