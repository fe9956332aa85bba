package shape

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The limits of commands.
const (
	ChatCommands = 100
	MenuCommands = 15 // of people, and of messages
	CommandChars = 8000
	CreatesADay  = 200
)

var name = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// Locales are the languages that Discord speaks.
var Locales = map[string]bool{
	"id": true, "da": true, "de": true, "en-GB": true, "en-US": true, "es-ES": true, "es-419": true, "fr": true, "hr": true,
	"it": true, "lt": true, "hu": true, "nl": true, "no": true, "pl": true, "pt-BR": true, "ro": true, "fi": true, "sv-SE": true,
	"vi": true, "tr": true, "cs": true, "el": true, "bg": true, "ru": true, "uk": true, "hi": true, "th": true, "zh-CN": true,
	"ja": true, "zh-TW": true, "ko": true,
}

// Commands holds all commands of a scope to their limits.
func Commands(list []any) error {
	c := &check{}
	counts, seen := map[int]int{}, map[string]bool{}
	for i, v := range list {
		at := fmt.Sprint(i)
		o := c.object(v, at)
		if o == nil {
			continue
		}
		kind := 1
		if o["type"] != nil {
			kind = c.among(o, "type", at, false, 1, 2, 3)
		}
		counts[kind]++
		key := fmt.Sprint(kind, Str(o, "name"))
		if seen[key] {
			c.bad(join(at, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		seen[key] = true
		c.command(o, at, kind)
	}
	for kind, n := range counts {
		most := MenuCommands
		if kind == 1 {
			most = ChatCommands
		}
		if n > most {
			return No(400, 30032, fmt.Sprintf("Maximum number of application commands reached (%d)", most))
		}
	}
	return c.err()
}

func (c *check) command(o Obj, path string, kind int) {
	if kind != 1 {
		c.text(o, "name", path, 1, 32)
		if Str(o, "description") != "" {
			c.bad(join(path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_SET", "Context menu commands cannot have description")
		}
		return
	}
	c.named(o, path)
	if len(c.fields) == 0 && chars(o) > CommandChars {
		c.bad(path, "APPLICATION_COMMAND_TOO_LARGE", fmt.Sprintf("Command exceeds maximum size (%d)", CommandChars))
	}
	c.options(o, path, 0)
}

// named holds a name and a description to their limits, in every language.
func (c *check) named(o Obj, path string) {
	c.slug(Str(o, "name"), join(path, "name"))
	c.text(o, "description", path, 1, 100)
	for key, check := range map[string]func(string, string){
		"name_localizations":        c.slug,
		"description_localizations": func(s, at string) { c.long(s, at, 1, 100) },
	} {
		words, _ := o[key].(Obj)
		for locale, said := range words {
			at := join(path, key, locale)
			if !Locales[locale] {
				c.bad(join(path, key), "DICT_TYPE_CONVERT", fmt.Sprintf("%q is no locale", locale))
				continue
			}
			text, _ := said.(string)
			check(text, at)
		}
	}
}

func (c *check) slug(s, at string) {
	switch {
	case s == "":
		c.bad(at, "BASE_TYPE_REQUIRED", "This field is required")
	case utf8.RuneCountInString(s) > 32:
		c.bad(at, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length.")
	case !name.MatchString(s) || s != strings.ToLower(s):
		c.bad(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
}

// options holds the options of a command, a group or a subcommand to their
// limits; depth is how deep they stand.
func (c *check) options(o Obj, path string, depth int) {
	seen, optional, deep, flat := map[string]bool{}, false, 0, 0
	for i, v := range c.list(o, "options", path, 0, 25) {
		at := join(path, "options", i)
		e := c.object(v, at)
		if e == nil {
			continue
		}
		kind := c.among(e, "type", at, true, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
		c.named(e, at)
		if seen[Str(e, "name")] {
			c.bad(at, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		}
		seen[Str(e, "name")] = true
		if kind <= 2 {
			deep++
			if kind == 2 && depth > 0 || depth > 1 {
				c.bad(join(at, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
			}
			c.options(e, at, depth+3-kind)
			continue
		}
		flat++
		c.option(e, at, kind, &optional)
	}
	if deep > 0 && flat > 0 {
		c.bad(join(path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
	}
}

func (c *check) option(e Obj, at string, kind int, optional *bool) {
	switch {
	case !Yes(e, "required"):
		*optional = true
	case *optional:
		c.bad(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
	}
	offered := List(e, "choices")
	c.choices(e, at)
	if Yes(e, "autocomplete") && (len(offered) > 0 || kind != 3 && kind != 4 && kind != 10) {
		c.bad(join(at, "autocomplete"), "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_CHOICES", "Autocomplete cannot be used with choices or this type")
	}
	least := c.within(e, "min_length", at, 0, 6000, 0)
	if most := c.within(e, "max_length", at, 1, 6000, 6000); least > most {
		c.bad(join(at, "min_length"), "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", most))
	}
}

func (c *check) choices(o Obj, path string) {
	for i, v := range c.list(o, "choices", path, 0, 25) {
		at := join(path, "choices", i)
		e := c.object(v, at)
		if e == nil {
			continue
		}
		c.text(e, "name", at, 1, 100)
		if words, is := e["name_localizations"].(Obj); is {
			for locale, said := range words {
				text, _ := said.(string)
				c.long(text, join(at, "name_localizations", locale), 1, 100)
			}
		}
		if s, is := e["value"].(string); is {
			c.long(s, join(at, "value"), 1, 100)
		} else if _, is := e["value"].(float64); !is {
			c.bad(join(at, "value"), "BASE_TYPE_REQUIRED", "This field is required")
		}
	}
}

// chars counts a command's characters: the longest of its languages for each
// name, description and value.
func chars(o Obj) int {
	n := longest(Str(o, "name"), o["name_localizations"]) + longest(Str(o, "description"), o["description_localizations"])
	for _, e := range List(o, "options") {
		n += chars(e)
	}
	for _, e := range List(o, "choices") {
		n += longest(Str(e, "name"), e["name_localizations"]) + utf8.RuneCountInString(Str(e, "value"))
	}
	return n
}

func longest(text string, words any) int {
	n := utf8.RuneCountInString(text)
	said, _ := words.(Obj)
	for _, v := range said {
		s, _ := v.(string)
		n = max(n, utf8.RuneCountInString(s))
	}
	return n
}
