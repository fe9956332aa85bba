package webapi

import (
	"ponte/platforms/chat/slack/slacktest/ground"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// methods is every method that the fake knows.
func methods() map[string]method {
	write, reacts, pins := []string{"chat:write"}, []string{"reactions:write"}, []string{"pins:write"}
	see := []string{"channels:read", "groups:read", "im:read", "mpim:read"}
	history := []string{"channels:history", "groups:history", "im:history", "mpim:history"}
	people, groups := []string{"users:read"}, []string{"usergroups:read"}
	files, reading := []string{"files:write"}, []string{"files:read"}
	return map[string]method{
		"auth.test":                    {nil, special, true, authTest},
		"apps.connections.open":        {[]string{"connections:write"}, tier3, true, connect},
		"team.info":                    {[]string{"team:read"}, tier3, false, teamInfo},
		"bots.info":                    {people, tier3, false, botInfo},
		"chat.postMessage":             {write, special, true, postMessage},
		"chat.postEphemeral":           {write, tier4, true, postEphemeral},
		"chat.update":                  {write, tier3, true, update},
		"chat.delete":                  {write, tier3, true, deleteMessage},
		"chat.getPermalink":            {nil, special, false, permalink},
		"conversations.info":           {see, tier3, false, conversationInfo},
		"conversations.list":           {see, tier2, false, conversationList},
		"conversations.members":        {see, tier4, false, conversationMembers},
		"conversations.history":        {history, tier3, false, conversationHistory},
		"conversations.replies":        {history, tier3, false, conversationReplies},
		"conversations.open":           {[]string{"im:write", "mpim:write"}, tier3, true, conversationOpen},
		"conversations.join":           {[]string{"channels:join"}, tier3, true, conversationJoin},
		"users.info":                   {people, tier4, false, userInfo},
		"users.list":                   {people, tier2, false, userList},
		"usergroups.list":              {groups, tier2, false, groupList},
		"usergroups.users.list":        {groups, tier2, false, groupUsers},
		"reactions.add":                {reacts, tier3, true, reactionAdd},
		"reactions.remove":             {reacts, tier2, true, reactionRemove},
		"reactions.get":                {[]string{"reactions:read"}, tier3, false, reactionGet},
		"pins.add":                     {pins, tier2, true, pinAdd},
		"pins.remove":                  {pins, tier2, true, pinRemove},
		"views.open":                   {nil, tier4, true, viewOpen},
		"views.push":                   {nil, tier4, true, viewPush},
		"views.update":                 {nil, tier4, true, viewUpdate},
		"views.publish":                {nil, tier4, true, viewPublish},
		"files.getUploadURLExternal":   {files, tier4, false, uploadStart},
		"files.completeUploadExternal": {files, tier4, true, uploadFinish},
		"files.info":                   {reading, tier4, false, fileInfo},
	}
}

func authTest(c *call) (map[string]any, error) {
	w := c.api.Workspace
	return map[string]any{
		"url": "https://" + w.Domain + ".slack.com/", "team": w.Name, "user": w.App.Name,
		"team_id": w.ID, "user_id": w.App.UserID, "bot_id": w.App.BotID, "is_enterprise_install": false,
	}, nil
}

func connect(c *call) (map[string]any, error) {
	address, err := c.api.Connect()
	return map[string]any{"url": address}, err
}

func teamInfo(c *call) (map[string]any, error) {
	w := c.api.Workspace
	return map[string]any{"team": map[string]any{"id": w.ID, "name": w.Name, "domain": w.Domain}}, nil
}

func botInfo(c *call) (map[string]any, error) {
	app := c.api.Workspace.App
	if c.str("bot") != app.BotID {
		return nil, refuse("bot_not_found")
	}
	return map[string]any{"bot": map[string]any{
		"id": app.BotID, "deleted": false, "name": app.Name, "user_id": app.UserID, "app_id": app.ID,
	}}, nil
}

func userObject(w *workspace.Workspace, u ground.User) map[string]any {
	team := w.ID
	if u.Guest {
		team = "T0OTHER"
	}
	return map[string]any{
		"id": u.ID, "team_id": team, "name": u.Handle, "real_name": u.Name, "deleted": u.Gone, "is_bot": u.Bot,
		"is_stranger": u.Guest, "is_restricted": u.Restricted, "is_ultra_restricted": false, "tz": "Europe/Madrid",
		"profile": map[string]any{"display_name": u.Handle, "real_name": u.Name, "team": team},
	}
}

func userInfo(c *call) (map[string]any, error) {
	if err := c.need("user"); err != nil {
		return nil, refuse("user_not_found")
	}
	for _, u := range c.api.Workspace.Users() {
		if u.ID == c.str("user") {
			return map[string]any{"user": userObject(c.api.Workspace, u)}, nil
		}
	}
	return nil, refuse("user_not_found")
}

func userList(c *call) (map[string]any, error) {
	var all []any
	for _, u := range c.api.Workspace.Users() {
		all = append(all, userObject(c.api.Workspace, u))
	}
	page, cursor, err := c.page(all)
	return map[string]any{"members": page, "cache_ts": c.api.now().Unix(), "response_metadata": next(cursor)}, err
}

func groupList(c *call) (map[string]any, error) {
	all := []any{}
	for _, g := range c.api.Workspace.Groups() {
		o := map[string]any{
			"id": g.ID, "team_id": c.api.Workspace.ID, "is_usergroup": true, "name": g.Handle, "handle": g.Handle,
			"user_count": len(g.Users), "date_delete": 0,
		}
		if c.yes("include_users") {
			o["users"] = g.Users
		}
		all = append(all, o)
	}
	return map[string]any{"usergroups": all}, nil
}

func groupUsers(c *call) (map[string]any, error) {
	for _, g := range c.api.Workspace.Groups() {
		if g.ID == c.str("usergroup") {
			return map[string]any{"users": g.Users}, nil
		}
	}
	return nil, refuse("no_such_subteam")
}

func reactionAdd(c *call) (map[string]any, error) {
	w := c.api.Workspace
	return nil, w.React(w.App.UserID, c.str("channel"), c.str("timestamp"), c.str("name"))
}

func reactionRemove(c *call) (map[string]any, error) {
	w := c.api.Workspace
	return nil, w.Unreact(w.App.UserID, c.str("channel"), c.str("timestamp"), c.str("name"))
}

func reactionGet(c *call) (map[string]any, error) {
	m, err := c.api.Workspace.Reactions(c.str("channel"), c.str("timestamp"))
	return map[string]any{"type": "message", "channel": c.str("channel"), "message": m}, err
}

func pinAdd(c *call) (map[string]any, error) {
	return nil, c.api.Workspace.Pin(c.str("channel"), c.str("timestamp"))
}

func pinRemove(c *call) (map[string]any, error) {
	return nil, c.api.Workspace.Unpin(c.str("channel"), c.str("timestamp"))
}
