package blocks

var (
	richBlocks = []string{"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
	richLeaves = []string{"text", "link", "user", "usergroup", "channel", "emoji", "broadcast", "date", "color"}
)

// rich is rich text and what it is made of.
func rich() map[string]shape {
	const long = 40_000
	style := made(shape{fields: fields{
		"bold": flag, "italic": flag, "strike": flag, "code": flag, "underline": flag,
		"highlight": flag, "client_highlight": flag, "unlink": flag,
	}})
	leaf := func(f fields, need ...string) shape {
		return shape{fields: with(fields{"style": style}, f), need: need}
	}
	line := list(0, 1<<20, of(richLeaves...))
	border := number(0, 1)
	id := str(1, 255)
	return map[string]shape{
		"rich_text_section": {fields: fields{"elements": line}, need: []string{"elements"}},
		"rich_text_list": {
			fields: fields{
				"elements": list(1, 1<<20, of("rich_text_section")), "style": words("bullet", "ordered"),
				"indent": number(0, 8), "offset": number(0, 1e6), "border": border,
			},
			need: []string{"elements", "style"},
		},
		"rich_text_preformatted": {
			fields: fields{"elements": list(0, 1<<20, of("text", "link")), "border": border, "language": str(1, 50)},
			need:   []string{"elements"},
		},
		"rich_text_quote": {fields: fields{"elements": line, "border": border}, need: []string{"elements"}},
		"text":            leaf(fields{"text": str(1, long)}, "text"),
		"link":            leaf(fields{"url": str(1, 3000), "text": str(0, long), "unsafe": flag}, "url"),
		"user":            leaf(fields{"user_id": id}, "user_id"),
		"usergroup":       leaf(fields{"usergroup_id": id}, "usergroup_id"),
		"channel":         leaf(fields{"channel_id": id}, "channel_id"),
		"emoji":           leaf(fields{"name": str(1, 100), "unicode": str(1, 100), "skin_tone": number(1, 6), "url": str(1, 3000)}, "name"),
		"broadcast":       leaf(fields{"range": words("here", "channel", "everyone")}, "range"),
		"date": leaf(fields{
			"timestamp": number(0, 1e11), "format": str(1, 1000), "url": str(1, 3000), "fallback": str(1, 1000),
		}, "timestamp", "format"),
		"color": leaf(fields{"value": str(1, 50)}, "value"),
	}
}
