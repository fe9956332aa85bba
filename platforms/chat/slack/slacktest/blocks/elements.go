package blocks

import (
	"maps"
	"reflect"
	"regexp"
)

var actionID = fields{"action_id": str(0, 255)}

// confirm is the question before an act.
func confirm() rule {
	return made(shape{
		fields: fields{
			"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30),
			"style": words("primary", "danger"),
		},
		need: []string{"title", "text", "confirm", "deny"},
	})
}

// option is one choice; choices beside boxes may be formatted.
func option(types ...string) rule {
	return made(shape{
		fields: fields{"text": text(75, types...), "value": str(1, 150), "description": text(75, types...), "url": str(1, 3000)},
		need:   []string{"text", "value"},
	})
}

func elements() map[string]shape {
	element := func(f fields, need ...string) shape { return shape{fields: with(actionID, f), need: need} }
	return map[string]shape{
		"button": element(fields{
			"text": plain(75), "url": str(1, 3000), "value": str(0, 2000), "style": words("primary", "danger"),
			"confirm": confirm(), "accessibility_label": str(1, 75),
		}, "text"),
		"overflow": element(fields{"options": list(2, 5, option("plain_text")), "confirm": confirm()}, "options"),
	}
}

var (
	day   = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	clock = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
)

func like(pattern *regexp.Regexp) rule {
	return func(c *check, at string, v any) {
		if s, ok := v.(string); !ok || !pattern.MatchString(s) {
			c.fault(at, "must match %s", pattern)
		}
	}
}

// focus judges focus_on_load, of which a view has one.
func focus(c *check, at string, v any) {
	flag(c, at, v)
	if v == true && c.focused {
		c.fault(at, "only one element may have focus_on_load")
	}
	c.focused = c.focused || v == true
}

func inputs() map[string]shape {
	common := with(actionID, fields{"focus_on_load": focus, "confirm": confirm(), "placeholder": plain(150)})
	id := str(1, 255)
	ids := list(1, 100, id)
	pick := func(f fields, need ...string) shape { return shape{fields: with(common, f), need: need} }
	all := map[string]shape{
		"external_select":      pick(fields{"min_query_length": number(0, 1000), "initial_option": option("plain_text")}),
		"users_select":         pick(fields{"initial_user": id}),
		"conversations_select": pick(with(conversations, fields{"initial_conversation": id, "response_url_enabled": flag})),
		"channels_select":      pick(fields{"initial_channel": id, "response_url_enabled": flag}),
		"datepicker":           pick(fields{"initial_date": like(day)}),
		"timepicker":           pick(fields{"initial_time": like(clock), "timezone": str(1, 100)}),
		"datetimepicker":       pick(fields{"initial_date_time": number(1e9, 1e10)}),
	}
	many := fields{"max_selected_items": number(1, 1e6)}
	all["multi_external_select"] = pick(with(many, fields{"min_query_length": number(0, 1000), "initial_options": list(1, 100, option("plain_text"))}))
	all["multi_users_select"] = pick(with(many, fields{"initial_users": ids}))
	all["multi_conversations_select"] = pick(with(many, conversations, fields{"initial_conversations": ids}))
	all["multi_channels_select"] = pick(with(many, fields{"initial_channels": ids}))
	maps.Copy(all, choices(pick, many))
	maps.Copy(all, typed(common))
	return all
}

var conversations = fields{
	"default_to_current_conversation": flag,
	"filter": made(shape{fields: fields{
		"include":                          list(1, 4, words("im", "mpim", "private", "public")),
		"exclude_external_shared_channels": flag,
		"exclude_bot_users":                flag,
	}}),
}

// choices are the elements that bring their options along.
func choices(pick func(fields, ...string) shape, many fields) map[string]shape {
	plainOption, anyOption := option("plain_text"), option()
	groups := list(1, 100, made(shape{
		fields: fields{"label": plain(75), "options": list(1, 100, plainOption)},
		need:   []string{"label", "options"},
	}))
	static := fields{"options": list(1, 100, plainOption), "option_groups": groups}
	one := pick(with(static, fields{"initial_option": plainOption}))
	one.also = offered
	several := pick(with(static, many, fields{"initial_options": list(1, 100, plainOption)}))
	several.also = offered
	radio := pick(fields{"options": list(1, 10, anyOption), "initial_option": anyOption}, "options")
	radio.also = initial
	boxes := pick(fields{"options": list(1, 10, anyOption), "initial_options": list(1, 10, anyOption)}, "options")
	boxes.also = initial
	for _, s := range []shape{radio, boxes} {
		delete(s.fields, "placeholder")
	}
	return map[string]shape{"static_select": one, "multi_static_select": several, "radio_buttons": radio, "checkboxes": boxes}
}

// offered finds a select without options, or with both kinds of list.
func offered(c *check, at string, o map[string]any) {
	if (o["options"] == nil) == (o["option_groups"] == nil) {
		c.fault(at, "must have exactly one of options and option_groups")
	}
	initial(c, at, o)
}

// initial finds what is chosen from the start and not among the options.
func initial(c *check, at string, o map[string]any) {
	chosen := items(o["initial_options"])
	if o["initial_option"] != nil {
		chosen = append(chosen, o["initial_option"])
	}
	for _, want := range chosen {
		if !among(options(o), want) {
			c.fault(at, "initial option must be one of the options")
		}
	}
}

// options lists what can be chosen, groups laid end to end.
func options(o map[string]any) []any {
	all := append([]any{}, items(o["options"])...)
	for _, g := range items(o["option_groups"]) {
		if group, ok := g.(map[string]any); ok {
			all = append(all, items(group["options"])...)
		}
	}
	return all
}

func among(all []any, want any) bool {
	for _, o := range all {
		if reflect.DeepEqual(o, want) {
			return true
		}
	}
	return false
}

// typed are the elements that are written into.
func typed(common fields) map[string]shape {
	dispatch := made(shape{fields: fields{
		"trigger_actions_on": list(1, 2, words("on_enter_pressed", "on_character_entered")),
	}})
	base := with(common, fields{"dispatch_action_config": dispatch})
	delete(base, "confirm")
	line := fields{"initial_value": str(0, 3000)}
	text := shape{
		fields: with(base, line, fields{"multiline": flag, "min_length": number(0, 3000), "max_length": number(1, 3000)}),
		also: func(c *check, at string, o map[string]any) {
			least, _ := o["min_length"].(float64)
			if most, ok := o["max_length"].(float64); ok && least > most {
				c.fault(at, "min_length must be no more than max_length")
			}
		},
	}
	return map[string]shape{
		"plain_text_input": text,
		"email_text_input": {fields: with(base, line)},
		"url_text_input":   {fields: with(base, line)},
		"number_input": {
			fields: with(base, line, fields{"is_decimal_allowed": flag, "min_value": str(1, 50), "max_value": str(1, 50)}),
			need:   []string{"is_decimal_allowed"},
		},
	}
}
