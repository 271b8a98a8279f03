import TestSupport
import Testing

struct HelpTests {
  @Test(arguments: ["", "audit", "explain", "check", "flows", "compile", "bench"])
  func `--help explains a command with examples and exit codes`(_ command: String) throws {
    let run = try Flowverdict.run("\(command) --help")
    #expect(run.status == 0)
    #expect(run.errors == "")
    let name = command.isEmpty ? "flowverdict" : command
    #expect(
      Snapshot.difference(of: run.output, from: "commands/help-\(name).txt") == nil)
  }

  @Test func `--version is one line`() throws {
    let run = try Flowverdict.run("--version")
    #expect(run.status == 0)
    #expect(run.output == "0.1.0\n")
  }

  @Test func `without a command the help is shown`() throws {
    let run = try Flowverdict.run("")
    #expect(run.status == 0)
    #expect(run.output.contains("SUBCOMMANDS:"))
  }
}
