import { type ServiceProgram, servicePlan } from "@pensieve/operations"
import { assert, describe, it } from "vitest"

const program: ServiceProgram = {
  words: ["/opt/node", "/opt/my apps/main.js", "start", '--model=100% "mine" & <yours> $HOME \\'],
  environment: { PENSIEVE_HOME: "/home/me/.pensieve" },
  log: "/home/me/.pensieve/logs/service.log"
}
const user = { home: "/home/me", configHome: undefined, uid: 501 }

describe("a service of systemd", () => {
  const plan = servicePlan(program, { ...user, platform: "linux" })

  it("is a unit of the user, under XDG_CONFIG_HOME where that is set", () => {
    assert.strictEqual(plan?.file, "/home/me/.config/systemd/user/pensieve.service")
    const elsewhere = servicePlan(program, { ...user, platform: "linux", configHome: "/conf" })
    assert.strictEqual(elsewhere?.file, "/conf/systemd/user/pensieve.service")
  })

  it("starts the program with its words as they are, whatever systemd would make of them", () => {
    assert.include(
      plan?.text,
      String.raw`ExecStart="/opt/node" "/opt/my apps/main.js" "start" "--model=100%% \"mine\" & <yours> $$HOME \\"`
    )
    assert.include(plan?.text, 'Environment="PENSIEVE_HOME=/home/me/.pensieve"\n')
    assert.include(plan?.text, "\nRestart=on-failure\n")
  })

  it("is enabled and started, and later disabled while its file is still there", () => {
    assert.deepEqual(
      plan?.install.map(({ words }) => words.join(" ")),
      ["systemctl --user daemon-reload", "systemctl --user enable --now pensieve.service"]
    )
    assert.deepEqual(
      [plan?.remove, plan?.removed].map((commands) => commands?.map(({ words }) => words.join(" "))),
      [["systemctl --user disable --now pensieve.service"], ["systemctl --user daemon-reload"]]
    )
  })
})

describe("a service of launchd", () => {
  const plan = servicePlan(program, { ...user, platform: "darwin" })

  it("is a launch agent with the program's words as they are, whatever XML would make of them", () => {
    assert.strictEqual(plan?.file, "/home/me/Library/LaunchAgents/pensieve.plist")
    assert.include(
      plan?.text,
      '<array><string>/opt/node</string><string>/opt/my apps/main.js</string><string>start</string><string>--model=100% "mine" &amp; &lt;yours&gt; $HOME \\</string></array>'
    )
    assert.include(plan?.text, "<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>")
  })

  it("is taken into the user's session, in the place of what was there", () => {
    assert.deepEqual(
      plan?.install.map(({ words, mayFail }) => [words.join(" "), mayFail]),
      [
        ["launchctl bootout gui/501/pensieve", true],
        ["launchctl bootstrap gui/501 /home/me/Library/LaunchAgents/pensieve.plist", false]
      ]
    )
  })
})

describe("a service of another system", () => {
  it("is not known", () => assert.isUndefined(servicePlan(program, { ...user, platform: "win32" })))
})
