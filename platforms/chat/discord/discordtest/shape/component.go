package shape

import (
	"fmt"
	"strings"
)

// Types of component.
const (
	Row         = 1
	Button      = 2
	Select      = 3
	TextInput   = 4
	UserSelect  = 5
	RoleSelect  = 6
	Mentionable = 7
	ChanSelect  = 8
	Label       = 18
)

// rows holds a message's components to their limits.
func (c *check) rows(m Obj) {
	v2 := Num(m, "flags")&FlagV2 != 0
	most := 5
	if v2 {
		most = 40
	}
	seen := map[string]bool{}
	for i, v := range c.list(m, "components", "", 0, most) {
		at := join("components", i)
		o := c.object(v, at)
		switch kind := Num(o, "type"); {
		case o == nil:
		case kind == Row:
			c.row(o, at, seen)
		case !v2 || kind < 9 || kind > 17:
			c.bad(join(at, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).")
		}
	}
}

// row holds a row to five buttons or one select.
func (c *check) row(o Obj, path string, seen map[string]bool) {
	held := c.list(o, "components", path, 1, 5)
	selects := 0
	for i, v := range held {
		at := join(path, "components", i)
		e := c.object(v, at)
		switch kind := Num(e, "type"); {
		case e == nil:
		case kind == Button:
			c.button(e, at, seen)
		case kind == Select || kind >= UserSelect && kind <= ChanSelect:
			selects++
			c.choose(e, at, seen)
		default:
			c.bad(join(at, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8).")
		}
	}
	if selects > 0 && len(held) > 1 {
		c.bad(join(path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
	}
}

// custom holds a custom_id to its length, and to being the only one.
func (c *check) custom(o Obj, path string, seen map[string]bool) {
	id, _ := o["custom_id"].(string)
	c.text(o, "custom_id", path, 1, 100)
	if id != "" && seen[id] {
		c.bad(join(path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	seen[id] = true
}

func (c *check) button(o Obj, path string, seen map[string]bool) {
	style := c.among(o, "style", path, true, 1, 2, 3, 4, 5, 6)
	label := c.text(o, "label", path, 0, 80)
	if label == "" && o["emoji"] == nil && style != 6 {
		c.bad(path, "BUTTON_COMPONENT_EMPTY", "A button must have a label or an emoji")
	}
	switch {
	case style == 5:
		if c.url(o, "url", path, 512, "http", "https", "discord") == "" {
			c.bad(join(path, "url"), "BASE_TYPE_REQUIRED", "This field is required")
		}
		if Str(o, "custom_id") != "" {
			c.bad(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
	case Str(o, "url") != "":
		c.bad(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
	default:
		c.custom(o, path, seen)
	}
}

// choose holds a select to its limits.
func (c *check) choose(o Obj, path string, seen map[string]bool) {
	c.custom(o, path, seen)
	c.text(o, "placeholder", path, 0, 150)
	least := c.within(o, "min_values", path, 0, 25, 1)
	most := c.within(o, "max_values", path, 1, 25, 1)
	if least > most {
		c.bad(join(path, "min_values"), "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", most))
	}
	if Num(o, "type") != Select {
		return
	}
	offered := c.list(o, "options", path, 1, 25)
	values, chosen := map[string]bool{}, 0
	for i, v := range offered {
		at := join(path, "options", i)
		e := c.object(v, at)
		if e == nil {
			continue
		}
		c.text(e, "label", at, 1, 100)
		c.text(e, "description", at, 0, 100)
		value := c.text(e, "value", at, 1, 100)
		if values[value] {
			c.bad(join(at, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		values[value] = true
		if Yes(e, "default") {
			chosen++
		}
	}
	if most > len(offered) && len(offered) > 0 {
		c.bad(join(path, "max_values"), "SELECT_COMPONENT_MAX_VALUES", "The maximum number of values exceeds the number of options")
	}
	if chosen > most {
		c.bad(join(path, "options"), "SELECT_COMPONENT_MAX_DEFAULTS", "More options are chosen than may be")
	}
}

// Modal holds a modal to its limits; path is where it stands in the body.
func Modal(m Obj, path string) error {
	c := &check{}
	c.text(m, "title", path, 1, 45)
	c.text(m, "custom_id", path, 1, 100)
	seen := map[string]bool{}
	for i, v := range c.list(m, "components", path, 1, 5) {
		at := join(path, "components", i)
		o := c.object(v, at)
		switch {
		case o == nil:
		case Num(o, "type") == Row:
			held := c.list(o, "components", at, 1, 1)
			if len(held) == 1 {
				c.input(c.object(held[0], join(at, "components.0")), join(at, "components.0"), true, seen)
			}
		case Num(o, "type") == Label:
			c.text(o, "label", at, 1, 45)
			c.text(o, "description", at, 0, 100)
			c.labelled(o, at, seen)
		case Num(o, "type") == 10: // words alone
			c.text(o, "content", at, 1, 4000)
		default:
			c.bad(join(at, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 10, 18).")
		}
	}
	return c.err()
}

func (c *check) labelled(o Obj, path string, seen map[string]bool) {
	at := join(path, "component")
	e, is := o["component"].(Obj)
	switch kind := Num(e, "type"); {
	case !is:
		c.bad(at, "BASE_TYPE_REQUIRED", "This field is required")
	case kind == TextInput:
		c.input(e, at, false, seen)
	case kind == Select || kind >= UserSelect && kind <= ChanSelect:
		c.choose(e, at, seen)
	default:
		c.bad(join(at, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (3, 4, 5, 6, 7, 8).")
	}
}

func (c *check) input(o Obj, path string, labelled bool, seen map[string]bool) {
	if o == nil {
		return
	}
	if Num(o, "type") != TextInput {
		c.bad(join(path, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (4,).")
		return
	}
	c.custom(o, path, seen)
	c.among(o, "style", path, true, 1, 2)
	if labelled {
		c.text(o, "label", path, 1, 45)
	}
	least := c.within(o, "min_length", path, 0, 4000, 0)
	most := c.within(o, "max_length", path, 1, 4000, 4000)
	if least > most {
		c.bad(join(path, "min_length"), "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", most))
	}
	if value, is := o["value"].(string); is && strings.TrimSpace(value) != "" {
		c.long(value, join(path, "value"), 0, most)
	}
	c.text(o, "placeholder", path, 0, 100)
}

// Choices holds what autocomplete offers to its limits; path is where it stands.
func Choices(o Obj, path string) error {
	c := &check{}
	c.choices(o, path)
	return c.err()
}
