// Package shape says whether what an app sends has the shape that Discord takes:
// messages, embeds, components, modals and commands, each with its limits, and
// how a refusal reads. It holds nothing and knows neither guilds nor HTTP.
package shape

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Refusal is an error as Discord's API answers it.
type Refusal struct {
	Status  int
	Code    int // 0 for the plain ones such as 401
	Message string
	Fields  []Field // of 50035
}

// Field is what is wrong with one field of a body.
type Field struct {
	Path    string // such as embeds.0.description
	Code    string
	Message string
}

// Error says the code, the message and the fields.
func (r *Refusal) Error() string {
	text := fmt.Sprintf("%d %d %s", r.Status, r.Code, r.Message)
	for _, f := range r.Fields {
		text += fmt.Sprintf("; %s: %s (%s)", f.Path, f.Message, f.Code)
	}
	return text
}

// Body is the refusal as JSON takes it.
func (r *Refusal) Body() map[string]any {
	body := map[string]any{"code": r.Code, "message": r.Message}
	if len(r.Fields) == 0 {
		return body
	}
	errors := map[string]any{}
	for _, f := range r.Fields {
		at := errors
		if f.Path != "" {
			for _, part := range strings.Split(f.Path, ".") {
				next, there := at[part].(map[string]any)
				if !there {
					next = map[string]any{}
					at[part] = next
				}
				at = next
			}
		}
		said, _ := at["_errors"].([]any)
		at["_errors"] = append(said, map[string]any{"code": f.Code, "message": f.Message})
	}
	body["errors"] = errors
	return body
}

// No is a refusal with a code of Discord's.
func No(status, code int, message string) *Refusal {
	return &Refusal{Status: status, Code: code, Message: message}
}

// Form is the refusal of a body whose fields are not as they should be.
func Form(fields ...Field) *Refusal {
	return &Refusal{Status: 400, Code: 50035, Message: "Invalid Form Body", Fields: fields}
}

// Obj is a JSON object.
type Obj = map[string]any

// check gathers what is wrong with a body.
type check struct{ fields []Field }

func (c *check) bad(path, code, message string) {
	c.fields = append(c.fields, Field{path, code, message})
}

func (c *check) err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return Form(c.fields...)
}

func join(path string, more ...any) string {
	for _, m := range more {
		if path != "" {
			path += "."
		}
		path += fmt.Sprint(m)
	}
	return path
}

// text reads a string that may be missing, and holds it to a length. Least 0: it
// may be empty. It returns the string without the spaces around it.
func (c *check) text(o Obj, key, path string, least, most int) string {
	v, there := o[key]
	at := join(path, key)
	if !there || v == nil {
		if least > 0 {
			c.bad(at, "BASE_TYPE_REQUIRED", "This field is required")
		}
		return ""
	}
	s, is := v.(string)
	if !is {
		c.bad(at, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
		return ""
	}
	s = strings.TrimSpace(s)
	c.long(s, at, least, most)
	return s
}

// long holds a text to a length in characters.
func (c *check) long(s, at string, least, most int) {
	n := utf8.RuneCountInString(s)
	switch {
	case n == 0 && least > 0:
		c.bad(at, "BASE_TYPE_REQUIRED", "This field is required")
	case n < least || n > most && least > 0:
		c.bad(at, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most))
	case n > most:
		c.bad(at, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", most))
	}
}

// list reads an array that may be missing, and holds it to a length.
func (c *check) list(o Obj, key, path string, least, most int) []any {
	v, there := o[key]
	at := join(path, key)
	if !there || v == nil {
		if least > 0 {
			c.bad(at, "BASE_TYPE_REQUIRED", "This field is required")
		}
		return nil
	}
	l, is := v.([]any)
	if !is {
		c.bad(at, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
		return nil
	}
	if len(l) < least || len(l) > most {
		if least > 0 {
			c.bad(at, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most))
		} else {
			c.bad(at, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", most))
		}
	}
	return l
}

// object reads one object; what is none is noted.
func (c *check) object(v any, path string) Obj {
	o, is := v.(Obj)
	if !is {
		c.bad(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
		return nil
	}
	return o
}

// among holds a number to some values.
func (c *check) among(o Obj, key, path string, required bool, values ...int) int {
	v, there := o[key]
	at := join(path, key)
	if !there || v == nil {
		if required {
			c.bad(at, "BASE_TYPE_REQUIRED", "This field is required")
		}
		return 0
	}
	n, is := v.(float64)
	if !is {
		c.bad(at, "NUMBER_TYPE_COERCE", "Value is not int.")
		return 0
	}
	for _, is := range values {
		if int(n) == is {
			return is
		}
	}
	var all []string
	for _, v := range values {
		all = append(all, strconv.Itoa(v))
	}
	c.bad(at, "BASE_TYPE_CHOICES", "Value must be one of {"+strings.Join(all, ", ")+"}.")
	return int(n)
}

// within holds a number to a range; it may be missing.
func (c *check) within(o Obj, key, path string, least, most, missing int) int {
	v, there := o[key]
	if !there || v == nil {
		return missing
	}
	n, is := v.(float64)
	switch at := join(path, key); {
	case !is:
		c.bad(at, "NUMBER_TYPE_COERCE", "Value is not int.")
		return missing
	case int(n) < least:
		c.bad(at, "NUMBER_TYPE_MIN", fmt.Sprintf("int value should be greater than or equal to %d.", least))
	case int(n) > most:
		c.bad(at, "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", most))
	}
	return int(n)
}

// url holds an address to its schemes and its length; it may be missing.
func (c *check) url(o Obj, key, path string, most int, schemes ...string) string {
	s := c.text(o, key, path, 0, most)
	if s == "" {
		return ""
	}
	scheme, rest, _ := strings.Cut(s, "://")
	for _, ok := range schemes {
		if strings.EqualFold(scheme, ok) {
			if rest == "" || strings.ContainsAny(rest, " \n") {
				break
			}
			return s
		}
	}
	for _, ok := range schemes {
		if strings.EqualFold(scheme, ok) {
			c.bad(join(path, key), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
			return s
		}
	}
	c.bad(join(path, key), "URL_TYPE_INVALID_SCHEME", "Scheme \""+scheme+"\" is not supported. Scheme must be one of ('"+strings.Join(schemes, "', '")+"').")
	return s
}

// Str is a member of an object that is a string.
func Str(o Obj, key string) string {
	s, _ := o[key].(string)
	return s
}

// Num is a member of an object that is a whole number.
func Num(o Obj, key string) int {
	n, _ := o[key].(float64)
	return int(n)
}

// Yes is a member of an object that is true.
func Yes(o Obj, key string) bool { return o[key] == true }

// List is the objects in an array that is a member of an object.
func List(o Obj, key string) []Obj {
	l, _ := o[key].([]any)
	var all []Obj
	for _, v := range l {
		if one, is := v.(Obj); is {
			all = append(all, one)
		}
	}
	return all
}

// Strings is the strings in an array that is a member of an object.
func Strings(o Obj, key string) []string {
	l, _ := o[key].([]any)
	var all []string
	for _, v := range l {
		if s, is := v.(string); is {
			all = append(all, s)
		}
	}
	return all
}
