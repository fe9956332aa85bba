package blocks

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func js(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

type obj = map[string]any

func of75(n int) string { return strings.Repeat("é", n) }

func plainText(n int) obj  { return obj{"type": "plain_text", "text": of75(n)} }
func mrkdwnText(n int) obj { return obj{"type": "mrkdwn", "text": of75(n)} }

func times(n int, one func(i int) any) []any {
	all := []any{}
	for i := range n {
		all = append(all, one(i))
	}
	return all
}

func opt(i int) any { return obj{"text": plainText(1), "value": fmt.Sprint(i)} }

func btn(with obj) obj {
	b := obj{"type": "button", "text": plainText(1)}
	for k, v := range with {
		b[k] = v
	}
	return b
}

func actions(elements ...any) obj { return obj{"type": "actions", "elements": elements} }

func ask(element obj) obj {
	return obj{"type": "input", "label": plainText(1), "element": element}
}

func pickOf(with obj) obj {
	e := obj{"type": "static_select", "options": times(1, opt)}
	for k, v := range with {
		e[k] = v
	}
	return actions(e)
}

func confirmation(title, text, yes int) obj {
	return btn(obj{"confirm": obj{"title": plainText(title), "text": plainText(text), "confirm": plainText(yes), "deny": plainText(yes)}})
}

// limits of one block each: what is made at the limit is taken, what is made
// one over is refused, at the place that is named.
var limits = []struct {
	name  string
	limit int
	at    string
	make  func(n int) any
}{
	{"section text", 3000, "/blocks/0/text/text", func(n int) any { return obj{"type": "section", "text": mrkdwnText(n)} }},
	{"section fields", 10, "/blocks/0/fields", func(n int) any {
		return obj{"type": "section", "fields": times(n, func(int) any { return plainText(1) })}
	}},
	{"section field", 2000, "/blocks/0/fields/0/text", func(n int) any { return obj{"type": "section", "fields": []any{plainText(n)}} }},
	{"header", 150, "/blocks/0/text/text", func(n int) any { return obj{"type": "header", "text": plainText(n)} }},
	{"context elements", 10, "/blocks/0/elements", func(n int) any {
		return obj{"type": "context", "elements": times(n, func(int) any { return plainText(1) })}
	}},
	{"context text", 3000, "/blocks/0/elements/0/text", func(n int) any { return obj{"type": "context", "elements": []any{mrkdwnText(n)}} }},
	{"actions", 25, "/blocks/0/elements", func(n int) any { return actions(times(n, func(int) any { return btn(nil) })...) }},
	{"button text", 75, "/blocks/0/elements/0/text/text", func(n int) any { return actions(btn(obj{"text": plainText(n)})) }},
	{"button value", 2000, "/blocks/0/elements/0/value", func(n int) any { return actions(btn(obj{"value": of75(n)})) }},
	{"button url", 3000, "/blocks/0/elements/0/url", func(n int) any { return actions(btn(obj{"url": of75(n)})) }},
	{"button label read aloud", 75, "/blocks/0/elements/0/accessibility_label", func(n int) any { return actions(btn(obj{"accessibility_label": of75(n)})) }},
	{"action_id", 255, "/blocks/0/elements/0/action_id", func(n int) any { return actions(btn(obj{"action_id": of75(n)})) }},
	{"block_id", 255, "/blocks/0/block_id", func(n int) any { return obj{"type": "divider", "block_id": of75(n)} }},
	{"confirm title", 100, "/blocks/0/elements/0/confirm/title/text", func(n int) any { return actions(confirmation(n, 1, 1)) }},
	{"confirm text", 300, "/blocks/0/elements/0/confirm/text/text", func(n int) any { return actions(confirmation(1, n, 1)) }},
	{"confirm button", 30, "/blocks/0/elements/0/confirm/confirm/text", func(n int) any { return actions(confirmation(1, 1, n)) }},
	{"overflow", 5, "/blocks/0/elements/0/options", func(n int) any { return actions(obj{"type": "overflow", "options": times(n, opt)}) }},
	{"select options", 100, "/blocks/0/elements/0/options", func(n int) any { return pickOf(obj{"options": times(n, opt)}) }},
	{"option text", 75, "/blocks/0/elements/0/options/0/text/text", func(n int) any {
		return pickOf(obj{"options": []any{obj{"text": plainText(n), "value": "v"}}})
	}},
	{"option value", 150, "/blocks/0/elements/0/options/0/value", func(n int) any {
		return pickOf(obj{"options": []any{obj{"text": plainText(1), "value": of75(n)}}})
	}},
	{"option description", 75, "/blocks/0/elements/0/options/0/description/text", func(n int) any {
		return pickOf(obj{"options": []any{obj{"text": plainText(1), "value": "v", "description": plainText(n)}}})
	}},
	{"option groups", 100, "/blocks/0/elements/0/option_groups", func(n int) any {
		group := func(int) any { return obj{"label": plainText(1), "options": times(1, opt)} }
		return actions(obj{"type": "static_select", "option_groups": times(n, group)})
	}},
	{"placeholder", 150, "/blocks/0/elements/0/placeholder/text", func(n int) any { return pickOf(obj{"placeholder": plainText(n)}) }},
	{"radio buttons", 10, "/blocks/0/elements/0/options", func(n int) any { return actions(obj{"type": "radio_buttons", "options": times(n, opt)}) }},
	{"checkboxes", 10, "/blocks/0/elements/0/options", func(n int) any { return actions(obj{"type": "checkboxes", "options": times(n, opt)}) }},
	{"image address", 3000, "/blocks/0/image_url", func(n int) any {
		return obj{"type": "image", "image_url": of75(n), "alt_text": "a"}
	}},
	{"image alt", 2000, "/blocks/0/alt_text", func(n int) any {
		return obj{"type": "image", "image_url": "u", "alt_text": of75(n)}
	}},
	{"image title", 2000, "/blocks/0/title/text", func(n int) any {
		return obj{"type": "image", "image_url": "u", "alt_text": "a", "title": plainText(n)}
	}},
	{"label", 2000, "/blocks/0/label/text", func(n int) any {
		return obj{"type": "input", "label": plainText(n), "element": obj{"type": "plain_text_input"}}
	}},
	{"hint", 2000, "/blocks/0/hint/text", func(n int) any {
		b := ask(obj{"type": "plain_text_input"})
		b["hint"] = plainText(n)
		return b
	}},
	{"most characters", 3000, "/blocks/0/element/max_length", func(n int) any { return ask(obj{"type": "plain_text_input", "max_length": n}) }},
	{"text to begin with", 3000, "/blocks/0/element/initial_value", func(n int) any {
		return ask(obj{"type": "plain_text_input", "initial_value": of75(n)})
	}},
	{"markdown", 12_000, "/blocks/0/text", func(n int) any { return obj{"type": "markdown", "text": of75(n)} }},
}

func TestMessagesAreTakenUpToEachLimit(t *testing.T) {
	for _, l := range limits {
		t.Run(l.name, func(t *testing.T) {
			if _, faults := Message(js([]any{l.make(l.limit)}), "/blocks"); faults != nil {
				t.Errorf("at the limit: %v", faults)
			}
			_, faults := Message(js([]any{l.make(l.limit + 1)}), "/blocks")
			if !strings.Contains(strings.Join(faults, "\n"), "[json-pointer:"+l.at+"]") {
				t.Errorf("one over: %v; want a fault at %s", faults, l.at)
			}
		})
	}
	divider := func(int) any { return obj{"type": "divider"} }
	if _, faults := Message(js(times(50, divider)), "/blocks"); faults != nil {
		t.Errorf("50 blocks: %v", faults)
	}
	if _, faults := Message(js(times(51, divider)), "/blocks"); len(faults) != 1 || faults[0] != "[ERROR] no more than 50 items allowed [json-pointer:/blocks]" {
		t.Errorf("51 blocks: %v", faults)
	}
}

func modal(with obj) obj {
	v := obj{"type": "modal", "title": plainText(1), "submit": plainText(1), "blocks": []any{ask(obj{"type": "plain_text_input"})}}
	for k, value := range with {
		v[k] = value
		if value == nil {
			delete(v, k)
		}
	}
	return v
}

func TestViewsAreTakenUpToEachLimit(t *testing.T) {
	for _, l := range []struct {
		name  string
		limit int
		make  func(n int) obj
	}{
		{"title", 24, func(n int) obj { return modal(obj{"title": plainText(n)}) }},
		{"submit", 24, func(n int) obj { return modal(obj{"submit": plainText(n)}) }},
		{"close", 24, func(n int) obj { return modal(obj{"close": plainText(n)}) }},
		{"private_metadata", 3000, func(n int) obj { return modal(obj{"private_metadata": of75(n)}) }},
		{"callback_id", 255, func(n int) obj { return modal(obj{"callback_id": of75(n)}) }},
		{"external_id", 255, func(n int) obj { return modal(obj{"external_id": of75(n)}) }},
		{"blocks", 100, func(n int) obj {
			return modal(obj{"blocks": times(n, func(int) any { return obj{"type": "divider"} })})
		}},
		{"home", 100, func(n int) obj {
			return obj{"type": "home", "blocks": times(n, func(int) any { return obj{"type": "divider"} })}
		}},
	} {
		t.Run(l.name, func(t *testing.T) {
			if _, faults := View(js(l.make(l.limit))); faults != nil {
				t.Errorf("at the limit: %v", faults)
			}
			if _, faults := View(js(l.make(l.limit + 1))); faults == nil {
				t.Error("one over was taken")
			}
		})
	}
}

func TestRefusesWhatHasNoPlace(t *testing.T) {
	for _, c := range []struct {
		name string
		bad  []any
		good []any
	}{
		{"an unknown block", []any{obj{"type": "carousel"}}, []any{obj{"type": "divider"}}},
		{"an unknown field", []any{obj{"type": "divider", "color": "red"}}, []any{obj{"type": "divider"}}},
		{"an empty text", []any{obj{"type": "section", "text": plainText(0)}}, []any{obj{"type": "section", "text": plainText(1)}}},
		{"an empty section", []any{obj{"type": "section"}}, []any{obj{"type": "section", "fields": []any{plainText(1)}}}},
		{"a formatted header", []any{obj{"type": "header", "text": mrkdwnText(1)}}, []any{obj{"type": "header", "text": plainText(1)}}},
		{"emoji in mrkdwn", []any{obj{"type": "section", "text": obj{"type": "mrkdwn", "text": "a", "emoji": true}}}, []any{obj{"type": "section", "text": obj{"type": "plain_text", "text": "a", "emoji": true}}}},
		{"a button without words", []any{actions(obj{"type": "button"})}, []any{actions(btn(nil))}},
		{"a colour of its own", []any{actions(btn(obj{"style": "red"}))}, []any{actions(btn(obj{"style": "danger"}))}},
		{"no elements", []any{actions()}, []any{actions(btn(nil))}},
		{"a menu of one", []any{actions(obj{"type": "overflow", "options": times(1, opt)})}, []any{actions(obj{"type": "overflow", "options": times(2, opt)})}},
		{"a field among actions", []any{actions(obj{"type": "plain_text_input"})}, []any{ask(obj{"type": "plain_text_input"})}},
		{"a button as a field", []any{ask(btn(nil))}, []any{ask(obj{"type": "datepicker"})}},
		{"a block's name twice", []any{obj{"type": "divider", "block_id": "a"}, obj{"type": "divider", "block_id": "a"}}, []any{obj{"type": "divider", "block_id": "a"}, obj{"type": "divider", "block_id": "b"}}},
		{"an element's name twice", []any{actions(btn(obj{"action_id": "a"}), btn(obj{"action_id": "a"}))}, []any{actions(btn(obj{"action_id": "a"}), btn(obj{"action_id": "b"}))}},
		{"an image without words", []any{obj{"type": "image", "image_url": "u"}}, []any{obj{"type": "image", "image_url": "u", "alt_text": "a"}}},
		{"an image from two places", []any{obj{"type": "image", "alt_text": "a", "image_url": "u", "slack_file": obj{"id": "F1"}}}, []any{obj{"type": "image", "alt_text": "a", "slack_file": obj{"id": "F1"}}}},
		{"a title beside a context's image", []any{obj{"type": "context", "elements": []any{obj{"type": "image", "image_url": "u", "alt_text": "a", "title": plainText(1)}}}}, []any{obj{"type": "context", "elements": []any{obj{"type": "image", "image_url": "u", "alt_text": "a"}}}}},
		{"a choice that is not offered", []any{pickOf(obj{"initial_option": opt(7)})}, []any{pickOf(obj{"initial_option": opt(0)})}},
		{"half a confirmation", []any{actions(btn(obj{"confirm": obj{"title": plainText(1)}}))}, []any{actions(confirmation(1, 1, 1))}},
		{"less than least", []any{ask(obj{"type": "plain_text_input", "min_length": 5, "max_length": 4})}, []any{ask(obj{"type": "plain_text_input", "min_length": 4, "max_length": 4})}},
		{"a list in a list", []any{obj{"type": "rich_text", "elements": []any{obj{"type": "rich_text_list", "style": "bullet", "elements": []any{obj{"type": "rich_text_quote", "elements": []any{}}}}}}}, []any{obj{"type": "rich_text", "elements": []any{obj{"type": "rich_text_quote", "elements": []any{obj{"type": "text", "text": "a"}}}}}}},
		{"an unknown range", []any{obj{"type": "rich_text", "elements": []any{obj{"type": "rich_text_section", "elements": []any{obj{"type": "broadcast", "range": "all"}}}}}}, []any{obj{"type": "rich_text", "elements": []any{obj{"type": "rich_text_section", "elements": []any{obj{"type": "broadcast", "range": "here"}}}}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, faults := Message(js(c.bad), "/blocks"); len(faults) == 0 || !strings.Contains(faults[0], "[json-pointer:/blocks/") {
				t.Errorf("was taken, or without its place: %v", faults)
			}
			if _, faults := Message(js(c.good), "/blocks"); faults != nil {
				t.Errorf("its neighbour: %v", faults)
			}
		})
	}
	for name, bad := range map[string]obj{
		"no title":               modal(obj{"title": nil}),
		"a form without submit":  modal(obj{"submit": nil}),
		"a title with format":    modal(obj{"title": mrkdwnText(1)}),
		"another kind of view":   {"type": "dialog"},
		"two fields that focus":  modal(obj{"blocks": []any{ask(obj{"type": "plain_text_input", "focus_on_load": true}), ask(obj{"type": "plain_text_input", "focus_on_load": true})}}),
		"a home tab with submit": {"type": "home", "blocks": []any{}, "submit": plainText(1)},
	} {
		if _, faults := View(js(bad)); faults == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestNamesWhatHasNone(t *testing.T) {
	raw, faults := Message(js([]any{actions(btn(nil), btn(obj{"action_id": "mine"})), obj{"type": "divider", "block_id": "own"}}), "/blocks")
	if faults != nil {
		t.Fatal(faults)
	}
	controls := Read(raw, nil).Controls
	if len(controls) != 2 || controls[0].Block == "" || controls[0].Action == "" || controls[1].Action != "mine" {
		t.Errorf("controls %+v", controls)
	}
}
