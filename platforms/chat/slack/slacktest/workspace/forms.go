package workspace

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/ground"
)

// initialState is what the fields of a view hold before anybody touches them.
func initialState(s blocks.Shown) map[string]map[string]any {
	state := map[string]map[string]any{}
	for _, c := range s.Controls {
		if c.Kind == "button" || c.Kind == "overflow" {
			continue
		}
		var picks []map[string]any
		for _, o := range c.Options {
			for _, label := range c.Chosen {
				if o.Label == label {
					picks = append(picks, o.Sends)
				}
			}
		}
		var value any
		for key, v := range c.Element {
			if strings.HasPrefix(key, "initial_") && !strings.HasPrefix(key, "initial_option") {
				value = v
			}
		}
		set(state, c, chosen(c.Kind, picks, value))
	}
	return state
}

func set(state map[string]map[string]any, c blocks.Control, value map[string]any) {
	if state[c.Block] == nil {
		state[c.Block] = map[string]any{}
	}
	value["type"] = c.Kind
	state[c.Block][c.Action] = value
}

// chosen is what a control holds, as payloads carry it.
func chosen(kind string, picks []map[string]any, value any) map[string]any {
	if picks == nil {
		picks = []map[string]any{}
	}
	switch kind {
	case "checkboxes", "multi_static_select", "multi_external_select":
		return map[string]any{"selected_options": picks}
	case "static_select", "external_select", "radio_buttons", "overflow":
		if len(picks) == 0 {
			return map[string]any{"selected_option": nil}
		}
		return map[string]any{"selected_option": picks[0]}
	}
	if key, ok := holding[kind]; ok {
		return map[string]any{key: value}
	}
	return map[string]any{"value": value}
}

// holding names what the elements without options put their choice under.
var holding = map[string]string{
	"users_select": "selected_user", "conversations_select": "selected_conversation", "channels_select": "selected_channel",
	"multi_users_select": "selected_users", "multi_conversations_select": "selected_conversations",
	"multi_channels_select": "selected_channels",
	"datepicker":            "selected_date", "timepicker": "selected_time", "datetimepicker": "selected_date_time",
}

// Fills lets a person write or choose in a field of a view. It refuses what
// Slack's client would not let them enter.
func (w *Workspace) Fills(view string, c blocks.Control, picks []map[string]any, value any) error {
	w.Lock()
	defer w.Unlock()
	v := w.view(view)
	if v == nil || !v.open {
		return ground.Refuse("not_found")
	}
	if text, ok := value.(string); ok && c.Most > 0 && utf8.RuneCountInString(text) > c.Most {
		return fmt.Errorf("%q takes no more than %d characters", c.Label, c.Most)
	}
	set(v.State, c, chosen(c.Kind, picks, value))
	return nil
}

// blank tells whether a field holds nothing.
func blank(v any) bool {
	o, _ := v.(map[string]any)
	for key, value := range o {
		list, many := value.([]map[string]any)
		if key != "type" && value != nil && value != "" && (!many || len(list) > 0) {
			return false
		}
	}
	return true
}

// Submits lets a person send the modal in front of them. It refuses what
// Slack's client would not send.
func (w *Workspace) Submits(user string) (<-chan ground.Reply, error) {
	return ground.Locked(w.Ground, func() (<-chan ground.Reply, error) {
		open := w.stack(user)
		if len(open) == 0 {
			return nil, ground.Refuse("not_found")
		}
		v := open[len(open)-1]
		for _, c := range v.Shown(w.Nobody).Controls {
			if !c.Field {
				continue
			}
			held, _ := v.State[c.Block][c.Action].(map[string]any)
			text, _ := held["value"].(string)
			switch {
			case !c.Optional && blank(held):
				return nil, fmt.Errorf("%q must be filled in", c.Label)
			case text != "" && utf8.RuneCountInString(text) < c.Least:
				return nil, fmt.Errorf("%q takes no less than %d characters", c.Label, c.Least)
			}
		}
		payload := w.common("view_submission", user)
		payload["view"], payload["response_urls"] = w.shown(v), []any{}
		return w.send(ground.Interaction, payload, func(r ground.Reply) ground.Reply { return w.submitted(v, r) }), nil
	})
}

// submitted does what the app answered to a form.
func (w *Workspace) submitted(v *View, r ground.Reply) ground.Reply {
	if !r.OK {
		return r
	}
	var answer struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(r.Body) > 0 && json.Unmarshal(r.Body, &answer) != nil {
		return ground.Reply{Body: r.Body, Took: r.Took, Why: "the answer is no JSON"}
	}
	w.Lock()
	defer w.Unlock()
	var err error
	switch answer.Action {
	case "":
		v.open, v.Errors = false, nil
	case "clear":
		for _, open := range w.stack(v.User) {
			open.open = false
		}
	case "errors":
		err = w.faulted(v, answer.Errors)
	case "update":
		err = w.fill(v, answer.View, "modal")
	case "push":
		if len(w.stack(v.User)) == Stack {
			err = ground.Refuse("push_limit_reached")
		} else {
			_, err = w.add(v.User, answer.View, v)
		}
	default:
		err = fmt.Errorf("no such response_action: %s", answer.Action)
	}
	if err != nil {
		r.OK, r.Why = false, explained(err)
	}
	return r
}

func explained(err error) string {
	if no, ok := errors.AsType[*ground.Refusal](err); ok && no.Extra != nil {
		return fmt.Sprint(no.Code, " ", no.Extra["response_metadata"])
	}
	return err.Error()
}

// faulted shows what is wrong under each field; only fields can be named.
func (w *Workspace) faulted(v *View, wrong map[string]string) error {
	if len(wrong) == 0 {
		return fmt.Errorf("errors without any")
	}
	fields := map[string]bool{}
	for _, c := range v.Shown(w.Nobody).Controls {
		fields[c.Block] = fields[c.Block] || c.Field
	}
	for block := range wrong {
		if !fields[block] {
			return fmt.Errorf("%q is no field", block)
		}
	}
	v.Errors = wrong
	return nil
}

// Closes lets a person leave the modal in front of them. The app hears of it
// when the modal says so.
func (w *Workspace) Closes(user string) error {
	_, err := ground.Locked(w.Ground, func() (struct{}, error) {
		open := w.stack(user)
		if len(open) == 0 {
			return struct{}{}, ground.Refuse("not_found")
		}
		v := open[len(open)-1]
		v.open = false
		if v.clearsOnClose {
			for _, under := range open {
				under.open = false
			}
		}
		if v.notifiesOnClose {
			payload := w.common("view_closed", user)
			payload["view"], payload["is_cleared"] = w.shown(v), v.clearsOnClose
			w.send(ground.Interaction, payload, func(r ground.Reply) ground.Reply { return r })
		}
		return struct{}{}, nil
	})
	return err
}
