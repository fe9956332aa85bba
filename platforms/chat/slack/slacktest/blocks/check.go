// Package blocks is Slack's Block Kit as the fake has it: it refuses what Slack
// refuses, names what Slack names by itself, and reads what people see. It
// knows no workspace and no wire.
package blocks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The most blocks that a message and a view hold.
const (
	InMessage = 50
	InView    = 100
)

// Message checks the blocks of a message, a JSON array, and returns them with
// every block_id and action_id filled in. Faults are sentences as Slack writes
// them, each with the JSON pointer of its place under root, such as "/blocks".
func Message(raw []byte, root string) (filled json.RawMessage, faults []string) {
	var list any
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, []string{"[ERROR] invalid JSON"}
	}
	c := newCheck()
	c.blocks(root, list, InMessage)
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	name(list)
	filled, _ = json.Marshal(list)
	return filled, nil
}

// View checks a modal or a home tab, a JSON object, and returns it with every
// block_id and action_id filled in.
func View(raw []byte) (filled map[string]any, faults []string) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, []string{"[ERROR] invalid JSON"}
	}
	c := newCheck()
	c.view("/view", v)
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	filled = v.(map[string]any)
	name(filled["blocks"])
	return filled, nil
}

// check walks what was sent and collects what is wrong.
type check struct {
	shapes  map[string]shape
	faults  []string
	focused bool
}

func newCheck() *check { return &check{shapes: shapes()} }

// rule judges one value at one place.
type rule func(c *check, at string, v any)

// shape is what an object may hold and must hold.
type shape struct {
	fields map[string]rule
	need   []string
	also   func(c *check, at string, o map[string]any)
}

func (c *check) fault(at, format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf("[ERROR] "+format+" [json-pointer:%s]", append(args, at)...))
}

// object judges a whole object by its shape.
func (c *check) object(at string, v any, s shape) {
	o, ok := v.(map[string]any)
	if !ok {
		c.fault(at, "must be an object")
		return
	}
	for _, key := range s.need {
		if o[key] == nil {
			c.fault(at, "missing required field: %s", key)
		}
	}
	for _, key := range sorted(o) {
		judge, known := s.fields[key]
		switch {
		case !known && key != "type":
			c.fault(at, "invalid additional property: %s", key)
		case known:
			judge(c, at+"/"+key, o[key])
		}
	}
	if s.also != nil {
		s.also(c, at, o)
	}
}

// typed judges an object by the shape of its type, which must be one of these.
func (c *check) typed(at string, v any, types []string) {
	o, _ := v.(map[string]any)
	kind, _ := o["type"].(string)
	s, known := c.shapes[kind]
	if !known || !slices.Contains(types, kind) {
		c.fault(at+"/type", "unsupported type: %s", kind)
		return
	}
	c.object(at, v, s)
}

// blocks judges a list of blocks, whose names may not meet.
func (c *check) blocks(at string, v any, most int) {
	list(0, most, of(blockTypes...))(c, at, v)
	seen := map[string]bool{}
	markdown := 0
	for i, b := range items(v) {
		o, _ := b.(map[string]any)
		if id, _ := o["block_id"].(string); id != "" {
			if seen[id] {
				c.fault(fmt.Sprintf("%s/%d/block_id", at, i), "`block_id` %q already exists", id)
			}
			seen[id] = true
		}
		if o["type"] == "markdown" {
			text, _ := o["text"].(string)
			markdown += utf8.RuneCountInString(text)
		}
		c.actions(fmt.Sprintf("%s/%d", at, i), o)
	}
	if markdown > 12_000 {
		c.fault(at, "markdown must be less than 12001 characters in all")
	}
}

// actions finds two elements of one block under one name.
func (c *check) actions(at string, block map[string]any) {
	seen := map[string]bool{}
	for i, e := range items(block["elements"]) {
		o, _ := e.(map[string]any)
		id, _ := o["action_id"].(string)
		if id != "" && seen[id] {
			c.fault(fmt.Sprintf("%s/elements/%d/action_id", at, i), "`action_id` %q already exists", id)
		}
		seen[id] = true
	}
}

// str judges a string by its length in characters.
func str(least, most int) rule {
	return func(c *check, at string, v any) {
		s, ok := v.(string)
		if !ok {
			c.fault(at, "must be a string")
			return
		}
		switch n := utf8.RuneCountInString(s); {
		case n < least:
			c.fault(at, "must be more than %d characters", least-1)
		case n > most:
			c.fault(at, "must be less than %d characters", most+1)
		}
	}
}

// words judges one of a few strings.
func words(allowed ...string) rule {
	return func(c *check, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(allowed, s) {
			c.fault(at, "must be one of: %s", strings.Join(allowed, ", "))
		}
	}
}

func flag(c *check, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.fault(at, "must be a boolean")
	}
}

// number judges a whole number.
func number(least, most float64) rule {
	return func(c *check, at string, v any) {
		if n, ok := v.(float64); !ok || n != float64(int64(n)) || n < least || n > most {
			c.fault(at, "must be a whole number from %.0f to %.0f", least, most)
		}
	}
}

// list judges a list and each thing in it.
func list(least, most int, each rule) rule {
	return func(c *check, at string, v any) {
		things, ok := v.([]any)
		if !ok {
			c.fault(at, "must be an array")
			return
		}
		switch {
		case len(things) < least:
			c.fault(at, "no fewer than %d items allowed", least)
		case len(things) > most:
			c.fault(at, "no more than %d items allowed", most)
		}
		for i, thing := range things {
			each(c, fmt.Sprintf("%s/%d", at, i), thing)
		}
	}
}

// of judges an object of one of these types.
func of(types ...string) rule {
	return func(c *check, at string, v any) { c.typed(at, v, types) }
}

// made judges an object that has no type.
func made(s shape) rule {
	return func(c *check, at string, v any) { c.object(at, v, s) }
}

func items(v any) []any {
	l, _ := v.([]any)
	return l
}

func sorted(o map[string]any) []string {
	keys := make([]string, 0, len(o))
	for key := range o {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// name fills in the names that Slack gives to what has none.
func name(v any) {
	for i, b := range items(v) {
		o := b.(map[string]any)
		if id, _ := o["block_id"].(string); id == "" {
			o["block_id"] = fmt.Sprintf("blk%02d", i)
		}
		elements := append(slices.Clone(items(o["elements"])), o["element"], o["accessory"])
		for j, e := range elements {
			named, ok := e.(map[string]any)
			if _, acts := acting[fmt.Sprint(named["type"])]; !ok || !acts {
				continue
			}
			if id, _ := named["action_id"].(string); id == "" {
				named["action_id"] = fmt.Sprintf("act%02d", j)
			}
		}
	}
}
