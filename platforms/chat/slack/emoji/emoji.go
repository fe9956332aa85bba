// Package emoji knows how Slack names what people react with. It is a table.
package emoji

import "strings"

// Sign returns the emoji of a reaction, by Slack's name for it and without its
// skin tone. One that is not known, such as a workspace's own, stays ":name:".
func Sign(name string) string {
	name, _, _ = strings.Cut(name, "::")
	if sign, ok := signs[name]; ok {
		return sign
	}
	return ":" + name + ":"
}

// Bare returns an emoji without the mark that asks for its coloured form, which
// some keyboards add and others leave out.
func Bare(sign string) string { return strings.ReplaceAll(sign, "\ufe0f", "") }

var signs = read()

func read() map[string]string {
	signs := map[string]string{}
	for l := range strings.Lines(table) {
		if f := strings.Fields(l); len(f) > 1 {
			for _, name := range f[1:] {
				signs[name] = f[0]
			}
		}
	}
	return signs
}

// table lists an emoji on each line, and Slack's names for it.
const table = `
✅ white_check_mark
✔️ heavy_check_mark
☑️ ballot_box_with_check
❌ x
✖️ heavy_multiplication_x
❎ negative_squared_cross_mark
🚫 no_entry_sign
⛔ no_entry
👍 +1 thumbsup
👎 -1 thumbsdown
👌 ok_hand
🆗 ok
✋ hand raised_hand
🖐️ raised_hand_with_fingers_splayed
👋 wave
👏 clap
🙌 raised_hands
🙏 pray
💪 muscle
🤝 handshake
✌️ v
🤞 crossed_fingers hand_with_index_and_middle_fingers_crossed
☝️ point_up
👆 point_up_2
👇 point_down
👈 point_left
👉 point_right
✊ fist
👊 facepunch punch
🤙 call_me_hand
🫡 saluting_face
👀 eyes
👁️ eye
🧠 brain
❤️ heart
🧡 orange_heart
💛 yellow_heart
💚 green_heart
💙 blue_heart
💜 purple_heart
🖤 black_heart
🤍 white_heart
🤎 brown_heart
💔 broken_heart
💯 100
🔥 fire
✨ sparkles
⭐ star
🌟 star2
💥 boom collision
💡 bulb
🎉 tada
🎊 confetti_ball
🎁 gift
🏆 trophy
🥇 first_place_medal
🚀 rocket
⚡ zap
☀️ sunny
🌈 rainbow
☕ coffee
🍕 pizza
🍺 beer
🍻 beers
🎂 birthday
📌 pushpin
📍 round_pushpin
📎 paperclip
🔖 bookmark
🏷️ label
🚩 triangular_flag_on_post
🏁 checkered_flag
📝 memo pencil
✏️ pencil2
🖊️ lower_left_ballpoint_pen
📅 date
📆 calendar
🗓️ spiral_calendar_pad
⏰ alarm_clock
⏳ hourglass_flowing_sand
⌛ hourglass
🕐 clock1
⏸️ double_vertical_bar
▶️ arrow_forward
⏹️ black_square_for_stop
⏩ fast_forward
⏪ rewind
🔁 repeat
🔄 arrows_counterclockwise
↩️ leftwards_arrow_with_hook
↪️ arrow_right_hook
➡️ arrow_right
⬅️ arrow_left
⬆️ arrow_up
⬇️ arrow_down
↗️ arrow_upper_right
🆙 up
🔝 top
🔜 soon
🆕 new
➕ heavy_plus_sign
➖ heavy_minus_sign
❓ question
❔ grey_question
❗ exclamation heavy_exclamation_mark
❕ grey_exclamation
⁉️ interrobang
‼️ bangbang
⚠️ warning
🚨 rotating_light
🛑 octagonal_sign
🚧 construction
🔴 red_circle
🟠 large_orange_circle
🟡 large_yellow_circle
🟢 large_green_circle
🔵 large_blue_circle
🟣 large_purple_circle
⚪ white_circle
⚫ black_circle
🟥 large_red_square
🟩 large_green_square
⬛ black_large_square
⬜ white_large_square
🔔 bell
🔕 no_bell
🔇 mute
🔊 loud_sound
📣 mega
📢 loudspeaker
💬 speech_balloon
💭 thought_balloon
🗨️ left_speech_bubble
📧 e-mail email
✉️ envelope
📨 incoming_envelope
📩 envelope_with_arrow
📥 inbox_tray
📤 outbox_tray
📦 package
📈 chart_with_upwards_trend
📉 chart_with_downwards_trend
📊 bar_chart
🔍 mag
🔎 mag_right
🔒 lock
🔓 unlock
🔑 key
🔗 link
🔧 wrench
🔨 hammer
🛠️ hammer_and_wrench
⚙️ gear
🗑️ wastebasket
💾 floppy_disk
💻 computer
📱 iphone
☎️ phone telephone
📞 telephone_receiver
🎫 ticket
💰 moneybag
🐛 bug
🤖 robot_face
👻 ghost
💩 hankey poop shit
🙂 slightly_smiling_face
😀 grinning
😃 smiley
😄 smile
😁 grin
😆 laughing satisfied
😅 sweat_smile
😂 joy
🤣 rolling_on_the_floor_laughing
😉 wink
😊 blush
😍 heart_eyes
😎 sunglasses
🤩 star-struck
🤔 thinking_face
🤨 face_with_raised_eyebrow
😐 neutral_face
😑 expressionless
🙄 face_with_rolling_eyes
😬 grimacing
😮 open_mouth
😱 scream
😢 cry
😭 sob
😞 disappointed
😟 worried
😕 confused
🙁 slightly_frowning_face
😠 angry
😡 rage
😴 sleeping
🤯 exploding_head
🫠 melting_face
🤷 shrug
🤦 face_palm
💀 skull
👤 bust_in_silhouette
👥 busts_in_silhouette
1️⃣ one
2️⃣ two
3️⃣ three
4️⃣ four
5️⃣ five
`
