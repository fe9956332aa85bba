package workspace

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/ground"
)

// ViewBytes is how large a view may be, in bytes of JSON; Stack is how many
// modals lie on each other.
const (
	ViewBytes = 250_000
	Stack     = 3
)

// View is a modal or a home tab in front of one person.
type View struct {
	ID, User, Type  string
	Callback        string
	External        string
	Hash            string
	Root, Previous  string
	Body            map[string]any
	State           map[string]map[string]any // by block, then by action
	Errors          map[string]string         // by block: what the person is told to mend
	open            bool
	clearsOnClose   bool
	notifiesOnClose bool
	title           string
}

// Shown reads the view as people see it.
func (v View) Shown(names blocks.Names) blocks.Shown {
	raw, err := json.Marshal(v.Body["blocks"])
	if err != nil {
		panic(err)
	}
	return blocks.Read(raw, names)
}

// Title is what stands over the view.
func (v View) Title() string { return v.title }

func (w *Workspace) view(id string) *View {
	return ground.First(w.views, func(v *View) bool { return v.ID == id })
}

func (w *Workspace) home(user string) *View {
	return ground.First(w.views, func(v *View) bool { return v.User == user && v.Type == "home" })
}

// stack lists the modals in front of somebody, the top one last.
func (w *Workspace) stack(user string) []*View {
	var all []*View
	for _, v := range w.views {
		if v.User == user && v.Type == "modal" && v.open {
			all = append(all, v)
		}
	}
	return all
}

// Modal is the modal in front of somebody, and Home their home tab; false: none.
func (w *Workspace) Modal(user string) (View, bool) {
	w.Lock()
	defer w.Unlock()
	if all := w.stack(user); len(all) > 0 {
		return all[len(all)-1].copied(), true
	}
	return View{}, false
}

// Home is the home tab that the app published for somebody.
func (w *Workspace) Home(user string) (View, bool) {
	w.Lock()
	defer w.Unlock()
	if v := w.home(user); v != nil {
		return v.copied(), true
	}
	return View{}, false
}

func (v *View) copied() View {
	c := *v
	c.Errors = maps.Clone(v.Errors)
	c.State = map[string]map[string]any{}
	for block, values := range v.State {
		c.State[block] = maps.Clone(values)
	}
	return c
}

// shown is the view as payloads and answers carry it.
func (w *Workspace) shown(v *View) map[string]any {
	o := maps.Clone(v.Body)
	o["id"], o["team_id"], o["app_id"], o["bot_id"], o["app_installed_team_id"] = v.ID, w.ID, w.App.ID, w.App.BotID, w.ID
	o["hash"], o["root_view_id"], o["state"] = v.Hash, v.Root, map[string]any{"values": v.copied().State}
	o["previous_view_id"] = nil
	if v.Previous != "" {
		o["previous_view_id"] = v.Previous
	}
	for _, key := range []string{"private_metadata", "callback_id", "external_id"} {
		if o[key] == nil {
			o[key] = ""
		}
	}
	for _, key := range []string{"clear_on_close", "notify_on_close"} {
		o[key] = o[key] == true
	}
	return o
}

// fill gives a view what the app wants to show. What people wrote stays where
// block and element are named as before.
func (w *Workspace) fill(v *View, raw json.RawMessage, kind string) error {
	if len(raw) > ViewBytes {
		return ground.Refuse("view_too_large")
	}
	body, faults := blocks.View(raw)
	if faults != nil {
		return ground.BadBlocks("invalid_arguments", faults)
	}
	if body["type"] != kind {
		return ground.BadBlocks("invalid_arguments", []string{"[ERROR] must be a " + kind + " [json-pointer:/view/type]"})
	}
	external, _ := body["external_id"].(string)
	if twin := ground.First(w.views, func(o *View) bool { return o != v && o.open && o.External == external && external != "" }); twin != nil {
		return ground.Refuse("duplicate_external_id")
	}
	was := v.State
	v.Type, v.Body, v.External, v.Errors = kind, body, external, nil
	v.Callback, _ = body["callback_id"].(string)
	v.clearsOnClose, v.notifiesOnClose = body["clear_on_close"] == true, body["notify_on_close"] == true
	title, _ := body["title"].(map[string]any)
	v.title, _ = title["text"].(string)
	v.State = initialState(v.Shown(w.Nobody))
	for block, values := range was {
		for action, value := range values {
			if _, still := v.State[block][action]; still {
				v.State[block][action] = value
			}
		}
	}
	v.Hash = fmt.Sprintf("%d.%s", w.Now().Unix(), w.NewID("hash"))
	return nil
}

// add puts a new view in front of somebody.
func (w *Workspace) add(user string, raw json.RawMessage, previous *View) (*View, error) {
	v := &View{ID: w.NewID("V"), User: user, open: true}
	v.Root = v.ID
	if previous != nil {
		v.Root, v.Previous = previous.Root, previous.ID
	}
	if err := w.fill(v, raw, "modal"); err != nil {
		return nil, err
	}
	w.views = append(w.views, v)
	return v, nil
}

// OpenView is views.open: it uses the trigger up, whatever becomes of the view.
func (w *Workspace) OpenView(triggerID string, raw json.RawMessage) (map[string]any, error) {
	return w.viewing(func() (*View, error) {
		user, err := w.pull(triggerID)
		if err != nil {
			return nil, err
		}
		open := w.stack(user)
		v, err := w.add(user, raw, nil)
		if err == nil {
			for _, old := range open {
				old.open = false
			}
		}
		return v, err
	})
}

// PushView is views.push: onto the modal that the trigger came from.
func (w *Workspace) PushView(triggerID string, raw json.RawMessage) (map[string]any, error) {
	return w.viewing(func() (*View, error) {
		user, err := w.pull(triggerID)
		if err != nil {
			return nil, err
		}
		open := w.stack(user)
		switch {
		case len(open) == 0:
			return nil, ground.Refuse("not_found")
		case len(open) == Stack:
			return nil, ground.Refuse("push_limit_reached")
		}
		return w.add(user, raw, open[len(open)-1])
	})
}

// UpdateView is views.update, of a view named by id or by the app's own id.
func (w *Workspace) UpdateView(id, external, hash string, raw json.RawMessage) (map[string]any, error) {
	return w.viewing(func() (*View, error) {
		v := ground.First(w.views, func(v *View) bool {
			return v.open && (id != "" && v.ID == id || id == "" && external != "" && v.External == external)
		})
		switch {
		case v == nil:
			return nil, ground.Refuse("not_found")
		case hash != "" && hash != v.Hash:
			return nil, ground.Refuse("hash_conflict")
		}
		return v, w.fill(v, raw, v.Type)
	})
}

// PublishView is views.publish: somebody's home tab.
func (w *Workspace) PublishView(user, hash string, raw json.RawMessage) (map[string]any, error) {
	return w.viewing(func() (*View, error) {
		u := w.FindUser(user)
		if u == nil || u.Bot {
			return nil, ground.BadBlocks("invalid_arguments", []string{"[ERROR] invalid `user_id` [json-pointer:/user_id]"})
		}
		v := w.home(user)
		if v != nil && hash != "" && hash != v.Hash {
			return nil, ground.Refuse("hash_conflict")
		}
		if v == nil {
			v = &View{ID: w.NewID("V"), User: user, open: true}
			v.Root = v.ID
		}
		if err := w.fill(v, raw, "home"); err != nil {
			return nil, err
		}
		if !slices.Contains(w.views, v) {
			w.views = append(w.views, v)
		}
		return v, nil
	})
}

func (w *Workspace) viewing(change func() (*View, error)) (map[string]any, error) {
	return ground.Locked(w.Ground, func() (map[string]any, error) {
		v, err := change()
		if err != nil {
			return nil, err
		}
		return w.shown(v), nil
	})
}
