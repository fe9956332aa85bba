package check

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

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

var left = []*regexp.Regexp{
	regexp.MustCompile(`\{\{\s*[\pL_.$][\pL\pN_.\- ]{0,40}\}\}|\$?\{\s*[\pL_$][\pL\pN_.\- ]{1,40}\}`),
	regexp.MustCompile(`(?i)\[\s*` + stands + `\s*\]`),
	regexp.MustCompile(`(?i)<\s*` + stands + `\s*>`),
	regexp.MustCompile(`%[A-Z][A-Z_]+%`),
	regexp.MustCompile(`(?i)\blorem\s+ipsum\b`),
}

// shouted are marks of unfinished work that are words as well: they are told from
// those by what stands around them.
var shouted = regexp.MustCompile(`(?:^|[^\pL\pN_#@])(TODO|FIXME|TBD|TBC|XXX+)(?:$|[^\pL\pN_])`)

// placeholders finds what somebody meant to fill in.
func placeholders(_ *Input, t reading) []bot.Finding {
	var found []bot.Finding
	seen := map[string]bool{}
	add := func(f bot.Finding) {
		if word := f.Args["Word"]; len(found) < most && !seen[word] {
			seen[word] = true
			found = append(found, f)
		}
	}
	for _, form := range left {
		for _, m := range form.FindAllStringIndex(t.text, -1) {
			word := t.text[m[0]:m[1]]
			if word[0] == '[' && strings.HasPrefix(t.text[m[1]:], "(") {
				continue // a link as some write it
			}
			add(stops("placeholder", "Word", quote(word)))
		}
	}
	for at := 0; ; {
		m := shouted.FindStringSubmatchIndex(t.text[at:])
		if m == nil {
			return found
		}
		word := t.text[at+m[2] : at+m[3]]
		f := stops("placeholder", "Word", word)
		if ordinary(word, t.text[:at+m[2]], t.text[at+m[3]:]) {
			f.Check, f.Stops = "placeholder_maybe", false
		}
		add(f)
		at += m[3]
	}
}

// ordinary reports whether the mark may be a word of the text: "TODO" among
// capitals or in a language that has it, "XXX" before what is counted so.
func ordinary(word, before, after string) bool {
	next := firstWord(after)
	switch {
	case word == "TBD" || word == "TBC":
		return true
	case strings.HasPrefix(word, "XXX"):
		return word == "XXX" && (slices.Contains(numbered, strings.ToLower(next)) || upperFirst(next))
	case word != "TODO":
		return false
	}
	line := before[strings.LastIndexByte(before, '\n')+1:]
	alone := strings.TrimFunc(line, unicode.IsSpace) == ""
	if alone && strings.HasPrefix(after, ":") || strings.HasPrefix(after, "(") {
		return false
	}
	if capitals(next) || capitals(lastWord(before)) {
		return true
	}
	words := bot.Words(before + " " + after)
	return slices.ContainsFunc(hasTodo, func(w string) bool { return strings.Contains(words, " "+w+" ") })
}

// numbered are the things that have a Roman number before them.
var numbered = strings.Fields("edición edicion aniversario feria congreso festival jornadas certamen premio encuentro semana concurso " +
	"edizione anniversario fiera convegno giornata premio concorso edition anniversary congress conference century siglo secolo")

// hasTodo are words that tell the languages in which "todo" is one.
var hasTodo = strings.Fields("el los las lo que y con para por del es está tu su nuestro nuestra desde hasta más muy también não você uma seu sua")

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
