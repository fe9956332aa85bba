package check

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"ponte/bot"
)

func blocked(in *Input, t reading) []bot.Finding { return refused(in.Blocked, t.text, "blocked") }

func blockedThere(in *Input, a Account) []bot.Finding {
	found := refused(a.Blocked, in.Content.For(a.ID), "blocked_there")
	for i := range found {
		found[i].Field = "text"
	}
	return found
}

// refused finds the words in the text: as whole words in any case, and as they
// stand where words are not spaced or have no letters.
func refused(list []string, text, check string) []bot.Finding {
	if len(list) == 0 {
		return nil
	}
	text = strings.Map(dropUnseen, text)
	words, lower := bot.Words(text), strings.ToLower(text)
	var found []bot.Finding
	for _, word := range list {
		word = strings.TrimSpace(strings.Map(dropUnseen, word))
		w := bot.Words(word)
		hit := strings.Contains(words, w)
		if strings.TrimSpace(w) == "" || strings.ContainsFunc(w, unspaced) {
			hit = word != "" && strings.Contains(lower, strings.ToLower(word))
		}
		if hit && len(found) < most {
			found = append(found, stops(check, "Word", quote(word)))
		}
	}
	return found
}

// dropUnseen removes what can hide within a word.
func dropUnseen(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// stands are the words that stand in brackets for what is to be written there.
const stands = `(?:links?|url|enlace|collegamento|names?|nombre|nome|first.?name|last.?name|surname|apellidos?|cognome|dates?|fecha|data|` +
	`time|hora|ora|prices?|precio|prezzo|place|lugar|luogo|city|ciudad|citt[àa]|address|direcci[oó]n|indirizzo|phone|tel[eé]fono|telefono|` +
	`e-?mail|company|empresa|azienda|brand|marca|product|producto|prodotto|title|t[ií]tulo|titolo|text|texto|testo|caption|hashtags?|handle|` +
	`number|n[uú]mero|numero|image|imagen|immagine|photo|foto|placeholder|xx+|todo|tbd|tbc|(?:your|tu|insert|inserta|insertar|inserisci|add|añade|aggiungi)\s[^\]>]{1,40})`

// left are the forms of what is to be filled in, each with how it begins.
var left = []struct {
	sign string
	form *regexp.Regexp
}{
	{"{", regexp.MustCompile(`\{\{\s*[\pL_.$][\pL\pN_.\- ]{0,40}\}\}|\$?\{\s*[\pL_$][\pL\pN_.\- ]{1,40}\}`)},
	{"[", regexp.MustCompile(`(?i)\[\s*` + stands + `\s*\]`)},
	{"<", regexp.MustCompile(`(?i)<\s*` + stands + `\s*>`)},
	{"%", regexp.MustCompile(`%[A-Z][A-Z_]+%`)},
}

// shouted are marks of unfinished work that are words as well: they are told from
// those by what stands around them.
var shouted = []string{"TODO", "FIXME", "TBD", "TBC", "XXX"}

// placeholders finds what somebody meant to fill in.
func placeholders(_ *Input, t reading) []bot.Finding {
	var found []bot.Finding
	seen := map[string]bool{}
	add := func(f bot.Finding) {
		if word := f.Check + f.Args["Word"]; len(found) < most && !seen[word] {
			seen[word] = true
			found = append(found, f)
		}
	}
	for _, form := range left {
		if !strings.Contains(t.text, form.sign) {
			continue
		}
		for _, m := range form.form.FindAllStringIndex(t.text, -1) {
			word := t.text[m[0]:m[1]]
			if word[0] == '[' && strings.HasPrefix(t.text[m[1]:], "(") {
				continue // a link as some write it
			}
			add(stops("placeholder", "Word", quote(word)))
		}
	}
	if strings.Contains(bot.Words(t.text), " lorem ipsum ") {
		add(stops("placeholder", "Word", "lorem ipsum"))
	}
	has := sync.OnceValue(func() bool { return hasTodo(t.text) })
	for _, mark := range shouted {
		for at := 0; len(found) < most; {
			n := strings.Index(t.text[at:], mark)
			if n < 0 {
				break
			}
			from := at + n
			at = from + len(mark)
			for mark == "XXX" && strings.HasPrefix(t.text[at:], "X") {
				at++
			}
			before, after := t.text[:from], t.text[at:]
			last, _ := utf8.DecodeLastRuneInString(before)
			next, _ := utf8.DecodeRuneInString(after)
			if strings.ContainsRune("_#@", last) || inWord(last) || next == '_' || inWord(next) {
				continue
			}
			f := stops("placeholder", "Word", t.text[from:at])
			if ordinary(t.text[from:at], before, after, has) {
				f.Check, f.Stops = "placeholder_maybe", false
			}
			add(f)
		}
	}
	return found
}

// ordinary reports whether the mark may be a word of the text: "TODO" among
// capitals or in a language that has it, "XXX" before what is counted so.
func ordinary(word, before, after string, hasTodo func() bool) bool {
	next := firstWord(after)
	switch {
	case word == "TBD" || word == "TBC":
		return true
	case strings.HasPrefix(word, "XXX"):
		return word == "XXX" && (slices.Contains(numbered, strings.ToLower(next)) || upperFirst(next))
	case word != "TODO":
		return false
	}
	line := before[max(0, len(before)-80):]
	line = line[strings.LastIndexByte(line, '\n')+1:]
	alone := strings.TrimSpace(line) == ""
	if alone && strings.HasPrefix(after, ":") || strings.HasPrefix(after, "(") {
		return false
	}
	return capitals(next) || capitals(lastWord(before)) || hasTodo()
}

// hasTodo reports whether the text is in a language in which "todo" is a word.
func hasTodo(text string) bool {
	words := bot.Words(text)
	return slices.ContainsFunc(telling, func(w string) bool { return strings.Contains(words, " "+w+" ") })
}

// numbered are the things that have a Roman number before them.
var numbered = strings.Fields("edición edicion aniversario feria congreso festival jornadas certamen premio encuentro semana concurso " +
	"edizione anniversario fiera convegno giornata premio concorso edition anniversary congress conference century siglo secolo")

// telling are words of the languages in which "todo" is one.
var telling = strings.Fields("el los las lo que y con para por del es está tu su nuestro nuestra desde hasta más muy también não você uma seu sua")

func firstWord(text string) string {
	if words := strings.Fields(text[:min(len(text), 80)]); len(words) > 0 {
		return strings.TrimFunc(words[0], notLetter)
	}
	return ""
}

func lastWord(text string) string {
	if words := strings.Fields(text[max(0, len(text)-80):]); len(words) > 0 {
		return strings.TrimFunc(words[len(words)-1], notLetter)
	}
	return ""
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

func upperFirst(word string) bool {
	return strings.IndexFunc(word, unicode.IsUpper) == 0
}

// capitals reports whether the word is written in capitals, two at least.
func capitals(word string) bool {
	return len([]rune(word)) > 1 && !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsUpper(r) })
}
