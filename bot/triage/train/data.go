// Package train makes the weights of triage from examples and word lists, and
// measures them. It reads no files: who calls it brings their names and their
// bytes. The same files give the same weights, byte for byte, on the same kind of
// processor.
package train

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"html"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ponte/bot/triage"
)

// File is a file that may hold something to learn from.
type File struct {
	Name string // its path, with slashes
	Body []byte
}

// Source says what became of a file.
type Source struct {
	Name, What string // What: what it was read as, or why it was not
	Lines      int
	Hash       string // the first half of its SHA-256, in hexadecimal
}

// Example is a text with what is known of it. What is not known is -1.
type Example struct {
	Text                             string
	Topic                            string
	Lang, Sentiment, Intent, Urgency int
	Weight                           float32
	Spam                             int // 1 spam, 0 not, -1 not known; where Intent is -1
	fold                             int // never held out when negative; -2 and below number the tables of comments
	Column                           string
}

// none is an example of which nothing is known yet.
func none(lang int, text string) Example {
	return Example{Text: Clean(text), Lang: lang, Sentiment: -1, Intent: -1, Urgency: -1, Spam: -1, Weight: 1, fold: -1}
}

// Data is what is learnt from.
type Data struct {
	Examples []Example
	Sources  []Source
	words    []entry
	videos   int // tables of comments read
}

const folds = 5

// shares says how much an example counts of those sets that are less like what
// triage reads, and whose classes are balanced first. Sets that gave nothing, or
// did harm, count nothing.
var shares = map[string]float32{"en.tweets.tsv": 0.5, "en.editorials.tsv": 0.3, "de.tsv": 0.2, "en.reviews.tsv": 0, "en.movies.tsv": 0}

var (
	heldOut = regexp.MustCompile(`(^|\.)(val|test)\.|^hard\.|^language\.`)
	named   = regexp.MustCompile(`^(en|es|it|pt|fr|de|other)\.(.+\.)?tsv$`)
)

// Gather reads the files, in the order of their names. What is held out for
// measuring is never read, whoever asks.
func Gather(files []File) *Data {
	d := new(Data)
	var held []string
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range files {
		s := Source{Name: f.Name, Hash: fmt.Sprintf("%x", sha256.Sum256(f.Body))[:32]}
		base := path.Base(f.Name)
		switch {
		case heldOut.MatchString(base):
			s.What = "held out for measuring"
			held = append(held, string(f.Body))
		case named.MatchString(base):
			s.What, s.Lines = d.table(base, string(f.Body))
		case strings.HasSuffix(base, ".csv"):
			s.What, s.Lines = d.spam(base, f.Body)
		default:
			s.What, s.Lines = d.list(f.Name, string(f.Body))
		}
		if s.What != "" {
			d.Sources = append(d.Sources, s)
		}
	}
	d.once(held)
	return d
}

// table reads lines of a label and a text, or of an intent, an urgency, a topic
// and a text.
func (d *Data) table(base, body string) (string, int) {
	name, _, _ := strings.Cut(base, ".")
	lang := slices.Index(triage.Languages, triage.Label(name))
	share, lesser := shares[base]
	if lesser && share == 0 {
		return "left out: it gave nothing", 0
	}
	from := len(d.Examples)
	for i, line := range Rows(body) {
		if len(line) == 5 {
			line = line[1:]
		}
		e := none(lang, line[len(line)-1])
		switch {
		case lang == len(triage.Languages)-1:
		case len(line) == 4:
			e.Intent, e.Urgency = indexOf(triage.Intents, line[0]), indexOf(triage.Urgencies, line[1])
			e.Topic, e.fold = line[2], topicFold(line[2])
		case lesser:
			e.Sentiment = rated(line[0])
			e.Weight = share
		default:
			if !e.label(line[0]) {
				continue
			}
			e.fold = i % folds
		}
		d.Examples = append(d.Examples, e)
	}
	if lesser {
		balance(d.Examples[from:])
	}
	return "examples", len(d.Examples) - from
}

// Rows are the lines of a table split at tabs: a label and a text; or an intent,
// an urgency, a topic and a text, before which the language may stand.
func Rows(body string) [][]string {
	var rows [][]string
	for line := range strings.Lines(body) {
		if parts := strings.SplitN(strings.TrimRight(line, "\r\n"), "\t", 5); len(parts) == 2 || len(parts) >= 4 {
			rows = append(rows, parts)
		}
	}
	return rows
}

func indexOf(labels []triage.Label, name string) int {
	return slices.Index(labels, triage.Label(strings.TrimSpace(name)))
}

// label takes a label of whichever head knows it.
func (e *Example) label(name string) bool {
	if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < len(triage.Sentiments) {
		e.Sentiment = n
		return true
	}
	e.Sentiment, e.Urgency = indexOf(triage.Sentiments, name), indexOf(triage.Urgencies, name)
	e.Intent = indexOf(triage.Intents, name)
	return e.Sentiment >= 0 || e.Urgency >= 0 || e.Intent >= 0
}

// rated is the sentiment of a label from 0 to 2, or of a mean rating from -4 to 4,
// which has decimals.
func rated(label string) int {
	if n, err := strconv.Atoi(label); err == nil {
		return n
	}
	r, err := strconv.ParseFloat(label, 64)
	switch {
	case err != nil:
		return -1
	case r < -0.5:
		return 0
	case r > 0.5:
		return 2
	}
	return 1
}

func topicFold(topic string) int {
	return int(sha256.Sum256([]byte(topic))[0]) % folds
}

// balance has every sentiment count the same within a set.
func balance(set []Example) {
	var n [3]float32
	for _, e := range set {
		if e.Sentiment >= 0 {
			n[e.Sentiment]++
		}
	}
	for i := range set {
		if s := set[i].Sentiment; s >= 0 {
			set[i].Weight *= float32(len(set)) / 3 / n[s]
		}
	}
}

// spam reads comments with their class from a table with a heading.
func (d *Data) spam(base string, body []byte) (string, int) {
	r := csv.NewReader(bytes.NewReader(body))
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		return "left out: no table", 0
	}
	text, class := slices.Index(rows[0], "CONTENT"), slices.Index(rows[0], "CLASS")
	if text < 0 || class < 0 {
		return "left out: no columns CONTENT and CLASS", 0
	}
	for _, row := range rows[1:] {
		e := none(0, strings.ReplaceAll(row[text], "<br />", " "))
		e.Spam, _ = strconv.Atoi(row[class])
		e.Topic = base
		e.fold = -2 - d.videos
		d.Examples = append(d.Examples, e)
	}
	d.videos++
	return "comments, spam or not", len(rows) - 1
}

var escaped = regexp.MustCompile(`\\u([0-9a-fA-F]{4})`)

// Clean undoes what the making of a table did to a text.
func Clean(s string) string {
	s = escaped.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseUint(m[2:], 16, 16)
		return string(rune(n))
	})
	return html.UnescapeString(s)
}
