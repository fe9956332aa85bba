// Package said reads what people do in Discord: what Discord tells of it, the markup
// that they write, and the commands that they put together. It takes no notice of
// what it does not need: what Discord adds or changes there breaks nothing. It is pure.
package said

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Names says what things are called, by their ids; empty for what is not known.
type Names struct {
	Person, Channel, Role func(id string) string
}

// unnamed stands for what is known by an id only, which is nobody else's to read.
const unnamed = "…"

// Plain returns a message's text as people see it: people as "@name", channels as
// "#name", emoji of the server as ":name:", and moments in UTC. What has no name stands
// there by its id.
func Plain(text string, names Names) string {
	return read(text, names, func(sign, name, id string) string { return sign + cmp.Or(name, id) })
}

// Spelt returns a message's text as it could become public: people by their names alone,
// as an "@" would call somebody else elsewhere, and nothing by an id.
func Spelt(text string, names Names) string {
	return read(text, names, func(sign, name, _ string) string { return strings.TrimPrefix(sign, "@") + cmp.Or(name, unnamed) })
}

// read writes text with what Discord's markup stands for; called writes a name.
func read(text string, names Names, called func(sign, name, id string) string) string {
	var b strings.Builder
	b.Grow(len(text))
	for text != "" {
		at := strings.IndexByte(text, '<')
		if at < 0 {
			break
		}
		b.WriteString(text[:at])
		text = text[at:]
		end := strings.IndexByte(text, '>')
		shown, ok := "", false
		if end > 0 {
			shown, ok = token(text[1:end], names, called)
		}
		if !ok {
			shown, end = "<", 0
		}
		b.WriteString(shown)
		text = text[end+1:]
	}
	b.WriteString(text)
	return b.String()
}

// token reads what stands between angle brackets; ok is false for what is not Discord's.
func token(inner string, names Names, by func(sign, name, id string) string) (string, bool) {
	called := func(sign, id string, name func(string) string) (string, bool) {
		switch {
		case !IsID(id):
			return "", false
		case name == nil:
			return by(sign, "", id), true
		}
		return by(sign, name(id), id), true
	}
	switch {
	case strings.HasPrefix(inner, "@&"):
		return called("@", inner[2:], names.Role)
	case strings.HasPrefix(inner, "@!"):
		return called("@", inner[2:], names.Person)
	case strings.HasPrefix(inner, "@"):
		return called("@", inner[1:], names.Person)
	case strings.HasPrefix(inner, "#"):
		return called("#", inner[1:], names.Channel)
	}
	parts := strings.Split(inner, ":")
	switch {
	case len(parts) == 3 && (parts[0] == "" || parts[0] == "a") && parts[1] != "" && IsID(parts[2]):
		return ":" + parts[1] + ":", true
	case len(parts) >= 2 && parts[0] == "t":
		return moment(parts[1])
	case len(parts) == 2 && strings.HasPrefix(parts[0], "/") && IsID(parts[1]):
		return parts[0], true
	}
	return "", false
}

// moment reads a moment, which Discord shows to everybody in their own zone.
func moment(seconds string) (string, bool) {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n < 0 || n > 253_402_300_799 { // the last second that has four digits for its year
		return "", false
	}
	return time.Unix(n, 0).UTC().Format("2006-01-02 15:04 UTC"), true
}

// IsID reports whether a text can be one of Discord's ids.
func IsID(s string) bool {
	if len(s) == 0 || len(s) > 20 {
		return false
	}
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

// At is the moment that one of Discord's ids was made; zero of what is none.
func At(id string) time.Time {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(n>>22) + epoch).UTC() //nolint:gosec // 42 bits
}

// First is the first id that Discord could make at a time.
func First(t time.Time) string {
	return strconv.FormatUint(uint64(max(t.UnixMilli()-epoch, 0))<<22, 10) //nolint:gosec // it is not negative
}

// epoch is when Discord's ids begin, in Unix milliseconds.
const epoch = 1_420_070_400_000

// Older reports whether one id was made before another.
func Older(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// Command returns what follows the bot's mention, its role's, or "@ponte", at the
// beginning of a message's text, still in Discord's markup. Self are the ids that
// the bot goes by.
func Command(text string, self ...string) (rest string, ok bool) {
	text = strings.TrimSpace(text)
	for _, id := range self {
		for _, mention := range []string{"<@" + id + ">", "<@!" + id + ">", "<@&" + id + ">"} {
			if rest, ok := strings.CutPrefix(text, mention); ok && id != "" {
				return strings.TrimSpace(strings.TrimLeft(rest, ":,")), true
			}
		}
	}
	const typed = "@ponte"
	if len(text) < len(typed) || !strings.EqualFold(text[:len(typed)], typed) {
		return "", false
	}
	rest = text[len(typed):]
	if rest != "" && !strings.ContainsAny(rest[:1], " \n\t") {
		return "", false
	}
	return strings.TrimSpace(rest), true
}
