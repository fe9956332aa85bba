package verdict

import (
	"math"
	"slices"
	"time"
)

// Correction is a person's word on what an item is, beside what it was found to be.
// The item's text is not part of it: what is gone with the item teaches nobody.
type Correction struct {
	Brand        string    `json:"brand"`
	Item         string    `json:"item"`
	Conversation string    `json:"conversation"`
	Head         Head      `json:"head"`
	Was          Answer    `json:"was"`
	Rule         string    `json:"rule,omitempty"`  // that had made it urgent
	Level        string    `json:"level,omitempty"` // and the priority that followed
	Right        string    `json:"right"`
	By           string    `json:"by"`
	At           time.Time `json:"at"`
}

// Tally is how often the people of a brand corrected to a label, and away from it.
type Tally struct {
	Brand string         `json:"brand"`
	To    map[string]int `json:"to,omitempty"`   // by head and label: "intent/praise"
	From  map[string]int `json:"from,omitempty"` // of what was found, sure or not
}

// Count takes a correction in, or takes it out again where n is -1.
func (t *Tally) Count(c *Correction, n int) {
	if c.Was.Is == c.Right {
		return // what was only a guess is right: the guess needs no leaning
	}
	add := func(m *map[string]int, label string) {
		if *m == nil {
			*m = map[string]int{}
		}
		key := string(c.Head) + "/" + label
		if (*m)[key] += n; (*m)[key] <= 0 {
			delete(*m, key)
		}
	}
	add(&t.To, c.Right)
	add(&t.From, c.Was.Is)
}

// How far corrections may lean a verdict.
const (
	patience = 10  // corrections of a kind that it takes to double the odds
	farthest = 1.0 // in natural logarithms of odds: never more than 2.7 to 1
)

// Lean is how far a label is leant towards, in natural logarithms of odds, bounded
// so that no number of corrections can drown what a text says.
func (t *Tally) Lean(h Head, label string) float32 {
	key := string(h) + "/" + label
	lean := math.Log(float64(t.To[key]+patience) / float64(t.From[key]+patience))
	return float32(min(farthest, max(-farthest, lean)))
}

// Rule is words that make a text urgent.
type Rule struct {
	Topic    string
	Language string // in which the words are; for those who read it, they count in all
	Words    []string
	Level    string // the priority that a match gives: "high" or "urgent"
}

// Urgent is what a brand changes about what makes a text urgent.
type Urgent struct {
	Off   []string // topics of Ponte's own rules that do not count
	Rules []Rule
}

// Tone is why something is urgent where no rule made it so: it sounds urgent.
const Tone = "tone"

// Topics are those of Ponte's own rules.
var Topics = []string{"safety", "injury", "allergy", "legal", "data leak", "threat", "minors", "press", "outage"}

// Level is the priority that a rule's topic gives; the one of what is urgent by its
// tone where no rule of the brand says more.
func (u *Urgent) Level(topic string) string {
	i := slices.IndexFunc(u.Rules, func(r Rule) bool { return r.Topic == topic })
	if i < 0 || topic == "" {
		return High
	}
	return u.Rules[i].Level
}
