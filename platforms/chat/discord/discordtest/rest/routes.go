package rest

import (
	"net/http"

	"ponte/platforms/chat/discord/discordtest/shape"
	"ponte/platforms/chat/discord/discordtest/talk"
)

// routes are all that REST answers, by method and path.
func routes() map[string]handler {
	all := map[string]handler{
		"GET /gateway":     func(c *call) (any, error) { return Obj{"url": c.api.Gateway()["url"]}, nil },
		"GET /gateway/bot": func(c *call) (any, error) { return c.api.Gateway(), nil },

		"GET /users/@me":           func(c *call) (any, error) { return c.api.World.Me(), nil },
		"GET /users/@me/guilds":    func(c *call) (any, error) { return c.api.World.MyGuilds(), nil },
		"GET /users/{user}":        func(c *call) (any, error) { return maybe(c.api.World.GetUser(c.at("user"))) },
		"POST /users/@me/channels": func(c *call) (any, error) { return maybe(c.api.World.OpenDM(shape.Str(c.obj(), "recipient_id"))) },

		"GET /applications/@me":        func(c *call) (any, error) { return c.api.World.Application(), nil },
		"GET /oauth2/applications/@me": func(c *call) (any, error) { return c.api.World.Application(), nil },

		"GET /guilds/{guild}":                func(c *call) (any, error) { return maybe(c.api.World.GetGuild(c.at("guild"))) },
		"GET /guilds/{guild}/channels":       func(c *call) (any, error) { return list(c.api.World.GuildChannels(c.at("guild"))) },
		"GET /guilds/{guild}/roles":          func(c *call) (any, error) { return list(c.api.World.GuildRoles(c.at("guild"))) },
		"GET /guilds/{guild}/threads/active": func(c *call) (any, error) { return maybe(c.api.World.ActiveThreads(c.at("guild"))) },
		"GET /guilds/{guild}/members/{user}": func(c *call) (any, error) { return maybe(c.api.World.GetMember(c.at("guild"), c.at("user"))) },
		"GET /guilds/{guild}/members":        members,
	}
	for _, more := range []map[string]handler{commands(), channels(), messages(), threads(), answers()} {
		for route, do := range more {
			all[route] = do
		}
	}
	return all
}

// maybe is an object or a refusal.
func maybe(o Obj, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return o, nil
}

func list(l []any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return l, nil
}

func members(c *call) (any, error) {
	limit, err := c.limit(1, 1, 1000)
	if err != nil {
		return nil, err
	}
	after, err := c.snowflake("after")
	if err != nil {
		return nil, err
	}
	return list(c.api.World.ListMembers(c.at("guild"), after, limit))
}

func commands() map[string]handler {
	get := func(c *call) (any, error) {
		return list(c.api.World.Commands(c.at("app"), c.at("guild"), c.http.URL.Query().Get("with_localizations") == "true"))
	}
	put := func(c *call) (any, error) {
		body, is := c.request.Body.([]any)
		if !is {
			return nil, shape.Form(shape.Field{Code: "LIST_TYPE_CONVERT", Message: "Only iterables may be used in a ListType"})
		}
		return list(c.api.World.Register(c.at("app"), c.at("guild"), body))
	}
	return map[string]handler{
		"GET /applications/{app}/commands":                get,
		"PUT /applications/{app}/commands":                put,
		"GET /applications/{app}/guilds/{guild}/commands": get,
		"PUT /applications/{app}/guilds/{guild}/commands": put,
	}
}

func channels() map[string]handler {
	return map[string]handler{
		"GET /channels/{channel}":                            func(c *call) (any, error) { return maybe(c.api.World.GetChannel(c.at("channel"))) },
		"PATCH /channels/{channel}":                          func(c *call) (any, error) { return maybe(c.api.World.PatchChannel(c.at("channel"), c.obj())) },
		"GET /channels/{channel}/pins":                       func(c *call) (any, error) { return list(c.api.World.Pins(c.at("channel"))) },
		"GET /channels/{channel}/messages/pins":              pinned,
		"PUT /channels/{channel}/pins/{message}":             pin(true),
		"DELETE /channels/{channel}/pins/{message}":          pin(false),
		"PUT /channels/{channel}/messages/pins/{message}":    pin(true),
		"DELETE /channels/{channel}/messages/pins/{message}": pin(false),
		"POST /channels/{channel}/typing": func(c *call) (any, error) {
			_, err := c.api.World.GetChannel(c.at("channel"))
			return nil, err
		},
	}
}

func pin(on bool) handler {
	return func(c *call) (any, error) { return nil, c.api.World.Pin(c.at("channel"), c.at("message"), on) }
}

func pinned(c *call) (any, error) {
	all, err := c.api.World.Pins(c.at("channel"))
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, m := range all {
		items = append(items, Obj{"pinned_at": m.(Obj)["timestamp"], "message": m})
	}
	return Obj{"items": items, "has_more": false}, nil
}

func messages() map[string]handler {
	const one = "/channels/{channel}/messages/{message}"
	react := func(on bool) handler {
		return func(c *call) (any, error) {
			return nil, c.api.World.React(c.at("channel"), c.at("message"), c.at("emoji"), on)
		}
	}
	return map[string]handler{
		"POST /channels/{channel}/messages": func(c *call) (any, error) {
			o, _, err := c.api.World.Create(c.at("channel"), c.obj(), c.request.Files)
			return maybe(o, err)
		},
		"GET /channels/{channel}/messages": page,
		"GET " + one:                       func(c *call) (any, error) { return maybe(c.api.World.GetMessage(c.at("channel"), c.at("message"))) },
		"PATCH " + one: func(c *call) (any, error) {
			return maybe(c.api.World.Edit(c.at("channel"), c.at("message"), c.obj(), c.request.Files))
		},
		"DELETE " + one:                            func(c *call) (any, error) { return nil, c.api.World.Delete(c.at("channel"), c.at("message")) },
		"PUT " + one + "/reactions/{emoji}/@me":    react(true),
		"DELETE " + one + "/reactions/{emoji}/@me": react(false),
		"GET " + one + "/reactions/{emoji}":        reacted,
	}
}

func page(c *call) (any, error) {
	limit, err := c.limit(50, 1, 100)
	if err != nil {
		return nil, err
	}
	p, set := talk.Page{Limit: limit}, 0
	for key, to := range map[string]*string{"before": &p.Before, "after": &p.After, "around": &p.Around} {
		if *to, err = c.snowflake(key); err != nil {
			return nil, err
		}
		if *to != "" {
			set++
		}
	}
	if set > 1 {
		return nil, shape.Form(shape.Field{Path: "before", Code: "MESSAGES_PAGE_EXCLUSIVE", Message: "before, after and around are mutually exclusive."})
	}
	return list(c.api.World.ListMessages(c.at("channel"), p))
}

func reacted(c *call) (any, error) {
	limit, err := c.limit(25, 1, 100)
	if err != nil {
		return nil, err
	}
	after, err := c.snowflake("after")
	if err != nil {
		return nil, err
	}
	return list(c.api.World.Reacted(c.at("channel"), c.at("message"), c.at("emoji"), after, limit))
}

func threads() map[string]handler {
	member := func(on, me bool) handler {
		return func(c *call) (any, error) {
			user := c.at("user")
			if me {
				user = c.api.World.App().User
			}
			return nil, c.api.World.JoinThread(c.at("channel"), user, on)
		}
	}
	const people = "/channels/{channel}/thread-members"
	return map[string]handler{
		"POST /channels/{channel}/messages/{message}/threads": func(c *call) (any, error) {
			return maybe(c.api.World.FromMessage(c.at("channel"), c.at("message"), c.obj()))
		},
		"POST /channels/{channel}/threads": func(c *call) (any, error) {
			return maybe(c.api.World.StartThread(c.at("channel"), c.obj(), c.request.Files))
		},
		"GET /channels/{channel}/threads/archived/public": func(c *call) (any, error) {
			limit, err := c.limit(100, 2, 100)
			if err != nil {
				return nil, err
			}
			return maybe(c.api.World.ArchivedThreads(c.at("channel"), c.http.URL.Query().Get("before"), limit))
		},
		"GET " + people:                func(c *call) (any, error) { return list(c.api.World.ThreadMembers(c.at("channel"))) },
		"PUT " + people + "/@me":       member(true, true),
		"DELETE " + people + "/@me":    member(false, true),
		"PUT " + people + "/{user}":    member(true, false),
		"DELETE " + people + "/{user}": member(false, false),
	}
}

func answers() map[string]handler {
	const hook = "/webhooks/{app}/{token}"
	const one = hook + "/messages/{message}"
	return map[string]handler{
		"POST /interactions/{interaction}/{token}/callback": callback,
		"POST " + hook: func(c *call) (any, error) {
			return maybe(c.api.World.FollowUp(c.at("app"), c.at("token"), c.obj(), c.request.Files))
		},
		"GET " + one: func(c *call) (any, error) {
			return maybe(c.api.World.GetAnswer(c.at("app"), c.at("token"), c.at("message")))
		},
		"PATCH " + one: func(c *call) (any, error) {
			return maybe(c.api.World.EditAnswer(c.at("app"), c.at("token"), c.at("message"), c.obj(), c.request.Files))
		},
		"DELETE " + one: func(c *call) (any, error) {
			return nil, c.api.World.DeleteAnswer(c.at("app"), c.at("token"), c.at("message"))
		},
	}
}

func callback(c *call) (any, error) {
	o, err := c.api.World.Callback(c.at("interaction"), c.at("token"), c.obj(), c.request.Files)
	if err != nil || c.http.URL.Query().Get("with_response") != "true" {
		return nil, err
	}
	return o, nil
}

var _ http.Handler = (*API)(nil)
