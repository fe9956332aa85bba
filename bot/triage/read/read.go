// Package read brings a text into the form that triage learns from: tokens, the
// hashes of its words and of their parts, and what shows of it besides. It knows
// nothing of labels, of weights, or of who wrote the text.
package read

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxText is how many bytes of a text are read; what follows says no more of it.
const MaxText = 4096

// Kind is what a token is.
type Kind uint8

// The kinds of tokens.
const (
	Word   Kind = iota
	Number      // digits, with what parts them
	Mark        // punctuation
	Emoji       // an emoji or an emoticon
	Handle      // whom it speaks to, in the network's way
	Link        // an address of a page or a mailbox
)

// Token is a part of a text, in lower case.
type Token struct {
	from, to int32
	Kind     Kind
	Tag      bool // a word of a hashtag
}

// Shape is what shows of a text besides its words.
type Shape struct {
	Words, Capitals, Long       int // words, those all in capitals, those with letters drawn out
	Handles, Links, Tags        int
	Shouts, Questions, Ellipses int
	Numbers, Emoji, Code        int // Code: marks that programs have and sentences do not
	Latin, Foreign              int // letters of the Latin script, and of any other
}

// Text is a text that was read. Its buffers are used again by the next Read, so
// one Text serves one goroutine.
type Text struct {
	Tokens []Token
	Shape  Shape
	Grams  []uint32 // hashes of the words and of their parts, each once
	Rest   []uint32 // hashes of pairs, turned words, marks, emoji, each once
	names  map[uint32]string
	norm   []byte
	buf    []byte
	seen   set
}

// Bytes is the text of a token, valid until the next Read.
func (t *Text) Bytes(token Token) []byte { return t.buf[token.from:token.to] }

// Read splits a text into tokens, as the networks write it, and hashes what it is
// made of. Compatibility forms are folded (NFKC), what has no width is left out,
// hashtags are split into their words, letters drawn out are cut to two, and
// handles and links become one token each, whomever they lead to.
func (t *Text) Read(text string) {
	t.Split(text)
	t.hash()
}

// Split is Read without the hashes.
func (t *Text) Split(text string) {
	if len(text) > MaxText {
		text = text[:MaxText]
	}
	t.norm = norm.NFKC.AppendString(t.norm[:0], text)
	t.buf, t.Tokens, t.Shape = t.buf[:0], t.Tokens[:0], Shape{}
	for at := 0; at < len(t.norm); {
		at += t.next(t.norm, at)
	}
}

// next reads what begins here and returns how long it is.
func (t *Text) next(in []byte, at int) int {
	c, size := utf8.DecodeRune(in[at:])
	switch {
	case c == utf8.RuneError && size <= 1, unicode.IsSpace(c), c < ' ', hidden(c):
		return size
	case c == '@' && handleAt(in, at):
		t.Shape.Handles++
		t.add(Handle, "@")
		return size + run(in[at+size:], isName)
	case c == '#' && at+size < len(in) && isName(first(in[at+size:])):
		n := run(in[at+size:], isName)
		t.Shape.Tags++
		t.hashtag(in[at+size : at+size+n])
		return size + n
	}
	if n := linkAt(in, at); n > 0 {
		t.Shape.Links++
		t.add(Link, "://")
		return n
	}
	switch {
	case unicode.IsLetter(c):
		n := wordAt(in[at:])
		t.word(in[at:at+n], false)
		return n
	case unicode.IsDigit(c):
		t.Shape.Numbers++
		t.add(Number, "0")
		return run(in[at:], isDigit)
	case isEmoji(c):
		return t.emoji(in[at:])
	}
	if n := emoticonAt(in, at); n > 0 {
		t.Shape.Emoji++
		t.add(Emoji, "")
		t.buf = append(t.buf, in[at:at+n]...)
		t.Tokens[len(t.Tokens)-1].to = int32(len(t.buf))
		return n
	}
	return t.mark(in[at:], c, size)
}

// word keeps a word in lower case, with letters drawn out cut to two.
func (t *Text) word(in []byte, tag bool) {
	from := len(t.buf)
	var last rune
	same, upper, letters, long := 0, 0, 0, false
	for at := 0; at < len(in); {
		c, size := utf8.DecodeRune(in[at:])
		at += size
		if hidden(c) {
			continue
		}
		if c == '’' {
			c = '\''
		}
		low := unicode.ToLower(c)
		if low != c {
			upper++
		}
		if unicode.IsLetter(c) {
			letters++
			if isLatin(c) {
				t.Shape.Latin++
			} else {
				t.Shape.Foreign++
			}
		}
		if low != last {
			last, same = low, 0
		} else if same++; same >= 2 {
			long = true
			continue
		}
		t.buf = utf8.AppendRune(t.buf, low)
	}
	if len(t.buf) == from {
		return
	}
	t.Shape.Words++
	if upper == letters && letters > 2 {
		t.Shape.Capitals++
	}
	if long {
		t.Shape.Long++
	}
	t.Tokens = append(t.Tokens, Token{int32(from), int32(len(t.buf)), Word, tag})
}

// hashtag keeps the words of a tag: CamelCase, under_scores and numbers part them.
func (t *Text) hashtag(in []byte) {
	from := 0
	var last rune
	for at := 0; at <= len(in); {
		c, size := utf8.DecodeRune(in[at:])
		switch {
		case at == len(in), c == '_', at > 0 && unicode.IsDigit(c) != unicode.IsDigit(last), unicode.IsUpper(c) && unicode.IsLower(last):
			t.part(in[from:at])
			from = at
			if c == '_' {
				from += size
			}
		}
		last = c
		at += max(size, 1)
	}
}

// part keeps one word of a tag.
func (t *Text) part(in []byte) {
	switch {
	case len(in) == 0:
	case unicode.IsDigit(first(in)):
		t.add(Number, "0")
	case unicode.IsLetter(first(in)):
		t.word(in, true)
	}
}

// mark keeps a run of the same punctuation as one, or as two where there are more.
func (t *Text) mark(in []byte, c rune, size int) int {
	n := 1
	for n*size < len(in) && first(in[n*size:]) == c {
		n++
	}
	switch c {
	case '!', '¡':
		t.Shape.Shouts += n
	case '?', '¿':
		t.Shape.Questions += n
	case '.':
		if n > 1 {
			t.Shape.Ellipses++
		}
	case '{', '}', '(', ')', '[', ']', ';', '=', '<', '>', '_', '\\', '|', '`', '$', '+':
		t.Shape.Code += n
	}
	from := len(t.buf)
	t.buf = append(t.buf, in[:min(n, 2)*size]...)
	t.Tokens = append(t.Tokens, Token{int32(from), int32(len(t.buf)), Mark, false})
	return n * size
}

// emoji keeps an emoji without its skin tone and its joiners; the two letters of
// a flag are one.
func (t *Text) emoji(in []byte) int {
	c, size := utf8.DecodeRune(in)
	if c >= 0x1f3fb && c <= 0x1f3ff { // a skin tone
		return size
	}
	if isFlag(c) && isFlag(first(in[size:])) {
		size *= 2
	}
	from := len(t.buf)
	t.buf = append(t.buf, in[:size]...)
	t.Shape.Emoji++
	t.Tokens = append(t.Tokens, Token{int32(from), int32(len(t.buf)), Emoji, false})
	return size
}

func (t *Text) add(k Kind, text string) {
	from := len(t.buf)
	t.buf = append(t.buf, text...)
	t.Tokens = append(t.Tokens, Token{int32(from), int32(len(t.buf)), k, false})
}
