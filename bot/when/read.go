package when

import "strings"

// A fact is one thing that a text tells of a moment.
type fact int

const (
	factRelative fact = 1 << iota
	factDate
	factWeek
	factDelay
	factWeekday
	factClock
	factPart
)

// clashes holds what cannot be told besides each fact.
var clashes = map[fact]fact{
	factRelative: factRelative | factDate | factWeek | factDelay,
	factDate:     factRelative | factDate | factWeek | factDelay,
	factWeek:     factRelative | factDate | factWeek | factDelay,
	factDelay:    factRelative | factDate | factWeek | factDelay | factWeekday,
	factWeekday:  factWeekday | factDelay,
	factClock:    factClock,
	factPart:     factPart,
}

// A reading is what a text tells.
type reading struct {
	has    fact
	words  map[fact]string // the word that begins each fact
	first  string          // the word that begins the text
	offset int             // of factRelative
	date   date
	delay  delay
	clock  clock
	part   int
	name   int    // of factWeekday
	strict bool   // the weekday is not today
	zone   string // the word that tells which of two equal times is meant; empty: none
	east   int    // what it stands for, in seconds
}

// word returns the word to blame for the moment as a whole.
func (r reading) word() string {
	for _, f := range []fact{factDate, factDelay, factRelative, factWeekday, factWeek, factClock, factPart} {
		if r.has&f != 0 {
			return r.words[f]
		}
	}
	return r.first
}

type reader struct {
	tokens []token
	zones  map[string]int
	reading
}

// read makes sense of every token, or says at which one it fails. Zones are the
// names of offsets that may stand behind a time, in seconds.
func read(tokens []token, zones map[string]int) (reading, *Fault) {
	r := reader{tokens: tokens, zones: zones, reading: reading{words: map[fact]string{}, first: tokens[0].word}}
	_, begin, _ := r.match(0, in)
	if end, delay, ok := r.delayAt(begin); ok && end == len(tokens) && !r.hourAlone() {
		r.delay = delay
		r.tell(factDelay, begin)
		return r.reading, nil
	}
	for i := 0; i < len(tokens); {
		end, ok := r.item(i)
		if !ok {
			return reading{}, fault(Unreadable, tokens[r.blamed(i)].word)
		}
		i = end
	}
	return r.reading, nil
}

// hourAlone reports whether the text is an hour from 13h to 23h, which is read
// as a time.
func (r *reader) hourAlone() bool {
	n, ok := integer(r.tokens[0].text, 2)
	return ok && n > 12 && n < 24 && len(r.tokens) <= 3 && r.hourSign(1)
}

// blamed returns the token that a text is refused for: the first that is not
// known at all, or the one that does not fit, past the words that lead to it.
func (r *reader) blamed(i int) int {
	for n, t := range r.tokens {
		if _, zone := r.zones[t.text]; !zone && !t.numeric() && !vocabulary[t.text] {
			return n
		}
	}
	for _, k := range []kind{at, on, in} {
		if _, end, ok := r.match(i, k); ok && end < len(r.tokens) {
			return end
		}
	}
	return i
}

// item reads one fact or two, and reports whether they go with the others. A
// length of time among other facts has "in" before it.
func (r *reader) item(i int) (end int, ok bool) {
	if n, end, ok := r.match(i, part); ok {
		r.part = n
		return end, r.tell(factPart, i)
	}
	if n, end, ok := r.match(i, todays); ok {
		r.offset, r.part = 0, n
		return end, r.tell(factRelative, i) && r.tell(factPart, i)
	}
	if n, end, ok := r.match(i, tomorrows); ok {
		r.offset, r.part = 1, n
		return end, r.tell(factRelative, i) && r.tell(factPart, i)
	}
	if end, clock, ok := r.clockAt(i); ok {
		r.clock = clock
		return r.zoneAt(end), r.tell(factClock, i)
	}
	if _, begin, led := r.match(i, in); led {
		if end, delay, ok := r.delayAt(begin); ok {
			r.delay = delay
			return end, r.tell(factDelay, begin)
		}
	}
	_, start, ok := r.match(i, on)
	if ok {
		if end, ok := r.day(start); ok {
			return end, true
		}
	}
	return r.day(i)
}

// day reads what names a day.
func (r *reader) day(i int) (end int, ok bool) {
	if _, end, ok := r.match(i, week); ok {
		return end, r.tell(factWeek, i)
	}
	if n, end, ok := r.match(i, relative); ok {
		r.offset = n
		return end, r.tell(factRelative, i)
	}
	if end, date, ok := r.dateAt(i); ok {
		r.date = date
		return end, r.tell(factDate, i)
	}
	strict, name, _ := r.match(i, next)
	n, end, ok := r.match(name, weekday)
	if !ok {
		return 0, false
	}
	if n, behind, ok := r.match(end, next); ok && n == 1 && name == i && !r.is(end, week) && !r.is(behind, weekday) {
		strict, end = n, behind
	}
	r.name, r.strict = n, strict == 1
	return end, r.tell(factWeekday, i)
}

// tell adds a fact unless it clashes with the others. A delay in hours or
// minutes goes with nothing else.
func (r *reader) tell(f fact, i int) bool {
	if r.has&clashes[f] != 0 || r.delay.minutes != 0 && r.has != 0 {
		return false
	}
	r.has |= f
	r.words[f] = r.tokens[i].word
	return true
}

// match returns the number of the longest phrase from a token on that can be of
// a kind, and the token behind it; that token itself when there is none.
func (r *reader) match(i int, k kind) (n, end int, ok bool) {
	var texts []string
	end = i
	for j := i; j < min(i+longestPhrase, len(r.tokens)); j++ {
		texts = append(texts, r.tokens[j].text)
		for _, s := range lexicon[strings.Join(texts, " ")] {
			if s.kind == k {
				n, end, ok = s.n, j+1, true
			}
		}
	}
	return n, end, ok
}

func (r *reader) is(i int, k kind) bool {
	_, _, ok := r.match(i, k)
	return ok
}

// text returns a token's text, empty behind the last.
func (r *reader) text(i int) string {
	if i >= len(r.tokens) {
		return ""
	}
	return r.tokens[i].text
}
