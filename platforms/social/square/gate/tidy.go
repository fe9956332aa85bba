package gate

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ponte/bot"
)

// Text takes out what is no text, and the space around; what is left has 1
// to n code points, and something to see.
func Text(text string, n int) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", ""))
	text = strings.ReplaceAll(text, "\r\n", "\n")
	switch {
	case !visible(text):
		return "", field("text", bot.Errorf(bot.Invalid, "square.empty"))
	case utf8.RuneCountInString(text) > n:
		return "", field("text", bot.Errorf(bot.Invalid, "square.too_long", "max", strconv.Itoa(n)))
	}
	return text, nil
}

// Some does the same with a text that may be empty.
func Some(text string, n int) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	return Text(text, n)
}

// Author does the same with a name, on one line.
func Author(author string, n int) (string, error) {
	author = strings.Join(strings.Fields(strings.ReplaceAll(strings.ToValidUTF8(author, "\uFFFD"), "\x00", "")), " ")
	switch {
	case !visible(author):
		return "", field("author", bot.Errorf(bot.Invalid, "square.nameless"))
	case utf8.RuneCountInString(author) > n:
		return "", field("author", bot.Errorf(bot.Invalid, "square.name_too_long", "max", strconv.Itoa(n)))
	}
	return author, nil
}

// visible tells whether there is anything to see.
func visible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsOneOf([]*unicode.RangeTable{unicode.L, unicode.N, unicode.P, unicode.S}, r)
	})
}

func field(name string, e *bot.Error) *bot.Error { e.Field = name; return e }
