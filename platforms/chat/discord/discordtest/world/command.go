package world

import (
	"fmt"
	"slices"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
)

// Commands lists the app's commands of a scope: a server's id, or empty for those
// that are everywhere. Their other languages are told only to who asks for them.
func (w *World) Commands(app, scope string, localised bool) ([]any, error) {
	w.Lock()
	defer w.Unlock()
	if err := w.scope(app, scope); err != nil {
		return nil, err
	}
	all := []any{}
	for _, o := range w.commands[scope] {
		if !localised {
			o = unsaid(o)
		}
		all = append(all, o)
	}
	return all, nil
}

// unsaid is a command, an option or a choice without its other languages.
func unsaid(o guild.Obj) guild.Obj {
	out := guild.Obj{}
	for key, value := range o {
		if key == "name_localizations" || key == "description_localizations" {
			continue
		}
		if list, is := value.([]any); is {
			all := make([]any, len(list))
			for i, v := range list {
				all[i] = v
				if inner, is := v.(guild.Obj); is {
					all[i] = unsaid(inner)
				}
			}
			value = all
		}
		out[key] = value
	}
	return out
}

func (w *World) scope(app, server string) error {
	if app != w.Self.ID {
		return shape.No(403, 20012, "You are not authorized to perform this action on this application")
	}
	if server != "" {
		if _, err := w.Inside(server); err != nil {
			return guild.MissingAccess
		}
	}
	return nil
}

// Register replaces all commands of a scope.
func (w *World) Register(app, scope string, list []any) ([]any, error) {
	w.Lock()
	defer w.Unlock()
	if err := w.scope(app, scope); err != nil {
		return nil, err
	}
	if err := shape.Commands(list); err != nil {
		return nil, err
	}
	had := map[string]guild.Obj{}
	for _, o := range w.commands[scope] {
		had[key(o)] = o
	}
	fresh := 0
	var now []guild.Obj
	for _, v := range list {
		o := guild.Obj{"type": 1.0, "description": "", "dm_permission": true, "default_member_permissions": nil, "nsfw": false}
		for k, value := range v.(guild.Obj) {
			o[k] = value
		}
		o["application_id"], o["version"] = w.Self.ID, w.NewID()
		if scope != "" {
			o["guild_id"] = scope
		}
		if was := had[key(o)]; was != nil {
			o["id"] = was["id"]
		} else {
			o["id"] = w.NewID()
			fresh++
		}
		now = append(now, o)
	}
	if err := w.create(scope, fresh); err != nil {
		return nil, err
	}
	w.commands[scope] = now
	return guild.OrNone(guild.Anys(now)), nil
}

func key(o guild.Obj) string { return fmt.Sprint(shape.Num(o, "type"), shape.Str(o, "name")) }

// create counts new commands: so many a day in a scope.
func (w *World) create(scope string, n int) error {
	now := w.Now()
	recent := slices.DeleteFunc(w.creates[scope], func(at time.Time) bool { return now.Sub(at) >= 24*time.Hour })
	w.creates[scope] = recent
	if len(recent)+n > shape.CreatesADay {
		wait := 24 * time.Hour
		if len(recent) > 0 {
			wait -= now.Sub(recent[0])
		}
		return &guild.TooSoon{Wait: wait, Shared: true, Code: 30034, Text: fmt.Sprintf("Max number of daily application command creates has been reached (%d)", shape.CreatesADay)}
	}
	for range n {
		w.creates[scope] = append(w.creates[scope], now)
	}
	return nil
}

// Offered finds a command that people of a server are offered, by its name and
// type; those of the server come before those that are everywhere.
func (w *World) Offered(server, name string, kind int) (guild.Obj, bool) {
	w.Lock()
	defer w.Unlock()
	for _, scope := range []string{server, ""} {
		for _, o := range w.commands[scope] {
			if shape.Str(o, "name") == name && shape.Num(o, "type") == kind {
				return o, true
			}
		}
	}
	return nil, false
}
