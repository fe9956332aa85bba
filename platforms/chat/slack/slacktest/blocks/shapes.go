package blocks

import "maps"

var (
	blockTypes = []string{"section", "divider", "header", "context", "actions", "image", "input", "rich_text", "markdown"}
	textTypes  = []string{"plain_text", "mrkdwn"}
	pickers    = []string{
		"static_select", "external_select", "users_select", "conversations_select", "channels_select",
		"multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select",
		"datepicker", "timepicker", "datetimepicker", "radio_buttons", "checkboxes",
	}
	typing = []string{"plain_text_input", "number_input", "email_text_input", "url_text_input"}
	acting = set("button", "overflow", pickers, typing)
)

func set(parts ...any) map[string]bool {
	all := map[string]bool{}
	for _, part := range parts {
		switch p := part.(type) {
		case string:
			all[p] = true
		case []string:
			for _, s := range p {
				all[s] = true
			}
		}
	}
	return all
}

// fields joins rules by name.
type fields = map[string]rule

func with(base fields, more ...fields) fields {
	all := maps.Clone(base)
	for _, m := range more {
		maps.Copy(all, m)
	}
	return all
}

// shapes is every type that the fake knows.
func shapes() map[string]shape {
	all := map[string]shape{}
	maps.Copy(all, layouts())
	maps.Copy(all, elements())
	maps.Copy(all, inputs())
	maps.Copy(all, rich())
	return all
}

// text judges a text object: only plain, or either kind.
func text(most int, types ...string) rule {
	if len(types) == 0 {
		types = textTypes
	}
	plain := shape{fields: fields{"text": str(1, most), "emoji": flag}, need: []string{"text"}}
	mrkdwn := shape{fields: fields{"text": str(1, most), "verbatim": flag}, need: []string{"text"}}
	return func(c *check, at string, v any) {
		o, _ := v.(map[string]any)
		words(types...)(c, at+"/type", o["type"])
		if o["type"] == "mrkdwn" {
			c.object(at, v, mrkdwn)
			return
		}
		c.object(at, v, plain)
	}
}

func plain(most int) rule { return text(most, "plain_text") }

var blockID = fields{"block_id": str(0, 255)}

// picture is an image by its address or by a file of the workspace.
func picture(c *check, at string, o map[string]any) {
	if (o["image_url"] == nil) == (o["slack_file"] == nil) {
		c.fault(at, "must have exactly one of image_url and slack_file")
	}
}

var pictureFields = fields{
	"image_url": str(1, 3000),
	"alt_text":  str(1, 2000),
	"slack_file": made(shape{
		fields: fields{"id": str(1, 255), "url": str(1, 3000)},
		also: func(c *check, at string, o map[string]any) {
			if (o["id"] == nil) == (o["url"] == nil) {
				c.fault(at, "must have exactly one of id and url")
			}
		},
	}),
}

// part judges an element among which there may be an image; as an element it
// has fewer fields than as a block.
func part(types ...string) rule {
	image := shape{fields: pictureFields, need: []string{"alt_text"}, also: picture}
	return func(c *check, at string, v any) {
		if o, _ := v.(map[string]any); o["type"] == "image" {
			c.object(at, v, image)
			return
		}
		c.typed(at, v, types)
	}
}

func layouts() map[string]shape {
	block := func(f fields, need ...string) shape { return shape{fields: with(blockID, f), need: need} }
	section := block(fields{
		"text":      text(3000),
		"fields":    list(1, 10, text(2000)),
		"accessory": part(append([]string{"button", "overflow"}, pickers...)...),
		"expand":    flag,
	})
	section.also = func(c *check, at string, o map[string]any) {
		if o["text"] == nil && o["fields"] == nil {
			c.fault(at, "missing required field: text or fields")
		}
	}
	image := block(with(pictureFields, fields{"title": plain(2000)}), "alt_text")
	image.also = picture
	return map[string]shape{
		"section":   section,
		"divider":   block(nil),
		"header":    block(fields{"text": plain(150)}, "text"),
		"context":   block(fields{"elements": list(1, 10, part(textTypes...))}, "elements"),
		"actions":   block(fields{"elements": list(1, 25, of(append([]string{"button", "overflow"}, pickers...)...))}, "elements"),
		"image":     image,
		"rich_text": block(fields{"elements": list(1, 1<<20, of(richBlocks...))}, "elements"),
		"markdown":  block(fields{"text": str(1, 12_000)}, "text"),
		"input": block(fields{
			"label":           plain(2000),
			"hint":            plain(2000),
			"element":         of(append(pickers[:len(pickers):len(pickers)], typing...)...),
			"optional":        flag,
			"dispatch_action": flag,
		}, "label", "element"),
		"plain_text": {fields: fields{"text": str(1, 3000), "emoji": flag}, need: []string{"text"}},
		"mrkdwn":     {fields: fields{"text": str(1, 3000), "verbatim": flag}, need: []string{"text"}},
	}
}

// view judges a modal or a home tab.
func (c *check) view(at string, v any) {
	o, _ := v.(map[string]any)
	body := func(c *check, at string, v any) { c.blocks(at, v, InView) }
	home := fields{
		"blocks": body, "private_metadata": str(0, 3000), "callback_id": str(0, 255), "external_id": str(0, 255),
	}
	switch o["type"] {
	case "home":
		c.object(at, v, shape{fields: home, need: []string{"blocks"}})
	case "modal":
		c.object(at, v, shape{
			fields: with(home, fields{
				"title": plain(24), "submit": plain(24), "close": plain(24),
				"clear_on_close": flag, "notify_on_close": flag, "submit_disabled": flag,
			}),
			need: []string{"blocks", "title"},
			also: submittable,
		})
	default:
		c.fault(at+"/type", "must be one of: modal, home")
	}
}

// submittable finds a form that nobody could send.
func submittable(c *check, at string, o map[string]any) {
	for _, b := range items(o["blocks"]) {
		if block, _ := b.(map[string]any); block["type"] == "input" && o["submit"] == nil {
			c.fault(at, "missing required field: submit")
			return
		}
	}
}
