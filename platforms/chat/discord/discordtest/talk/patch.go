package talk

import (
	"slices"
	"strings"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
)

// renameWindow holds two renames of a channel.
const renameWindow = 10 * time.Minute

// renaming counts a rename; the third in ten minutes is too soon.
func (w *Talk) renaming(c *guild.Channel) error {
	now := w.Now()
	c.Renames = slices.DeleteFunc(c.Renames, func(at time.Time) bool { return now.Sub(at) >= renameWindow })
	if len(c.Renames) >= 2 {
		return &guild.TooSoon{Wait: renameWindow - now.Sub(c.Renames[0]), Shared: true, Text: "The resource is being rate limited."}
	}
	c.Renames = append(c.Renames, now)
	return nil
}

// PatchChannel changes a channel or a thread for the app.
func (w *Talk) PatchChannel(id string, body guild.Obj) (guild.Obj, error) {
	w.Lock()
	defer w.Unlock()
	c, err := w.Seen(id)
	if err != nil {
		return nil, err
	}
	if err := shape.Thread(body, false); err != nil {
		return nil, err
	}
	if !c.Thread() {
		return w.patchRoom(c, body)
	}
	if err := w.patchable(c, body); err != nil {
		return nil, err
	}
	if name := strings.TrimSpace(shape.Str(body, "name")); name != "" && name != c.Name {
		if err := w.renaming(c); err != nil {
			return nil, err
		}
		c.Name = name
		w.system(c, 4, name)
	}
	if tags, there := body["applied_tags"]; there && tags != nil {
		c.Applied = shape.Strings(body, "applied_tags")
	}
	if n := shape.Num(body, "auto_archive_duration"); n > 0 {
		c.AutoArchive = n
	}
	if v, there := body["locked"].(bool); there {
		c.Locked = v
	}
	if v, there := body["archived"].(bool); there && v != c.Archived {
		c.Archived, c.Stamp, c.Since = v, w.Now(), w.Now()
		w.Live(c)
	}
	data := w.ChannelJSON(c)
	w.Tell(guild.Event{Type: "THREAD_UPDATE", Data: data, Intent: guild.IntentGuilds})
	return data, nil
}

// patchable says whether the app may change a thread so.
func (w *Talk) patchable(c *guild.Channel, body guild.Obj) error {
	manages := w.Perms(w.Self.User, c)&guild.ManageThreads != 0
	opens, closes := body["archived"] == false, body["archived"] == true
	if c.Archived && !opens {
		return guild.ThreadArchived
	}
	if _, there := body["locked"]; there && !manages {
		return guild.MissingPerms
	}
	if opens && c.Locked && !manages {
		return guild.MissingPerms
	}
	if opens && c.Archived && w.Full(c.Guild) {
		return shape.No(400, 160006, "Maximum number of active threads reached")
	}
	rest := len(body)
	if opens {
		rest--
		if err := w.May(w.Self.User, c, guild.SendInThreads); err != nil && !manages {
			return err
		}
	}
	if (closes || rest > 0) && !manages && c.Owner != w.Self.User {
		return guild.MissingPerms
	}
	if tags, there := body["applied_tags"]; there && tags != nil {
		return w.tagged(w.Rooms[c.Parent], shape.Strings(body, "applied_tags"), manages)
	}
	return nil
}

// tagged says whether a post may carry these tags.
func (w *Talk) tagged(forum *guild.Channel, ids []string, manages bool) error {
	if forum == nil || forum.Type != guild.Forum {
		return nil
	}
	for _, id := range ids {
		i := slices.IndexFunc(forum.Tags, func(t guild.Tag) bool { return t.ID == id })
		if i < 0 {
			return shape.No(404, 10087, "Unknown Tag")
		}
		if forum.Tags[i].Moderated && !manages {
			return guild.MissingPerms
		}
	}
	if forum.RequireTag && len(ids) == 0 {
		return shape.No(400, 40067, "A tag is required to create a forum post in this channel")
	}
	return nil
}

func (w *Talk) patchRoom(c *guild.Channel, body guild.Obj) (guild.Obj, error) {
	if err := w.May(w.Self.User, c, guild.ManageChannels); err != nil {
		return nil, err
	}
	if name := strings.TrimSpace(shape.Str(body, "name")); name != "" && name != c.Name {
		if err := w.renaming(c); err != nil {
			return nil, err
		}
		c.Name = name
	}
	if topic, there := body["topic"].(string); there {
		c.Topic = topic
	}
	data := w.ChannelJSON(c)
	w.Tell(guild.Event{Type: "CHANNEL_UPDATE", Data: data, Intent: guild.IntentGuilds})
	return data, nil
}
