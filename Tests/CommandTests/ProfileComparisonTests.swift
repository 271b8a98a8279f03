import TestSupport
import Testing

/// `audit --compare-profiles` over a world in which every choice of a profile matters to one flow.
@Suite struct ProfileComparisonTests {
  private static let inputs =
    "--cluster ../profiles/cluster.yaml --policies ../profiles/policies.yaml"

  /// Upstream's choices, each the other way.
  private static let everyOther = """
    upstream+ipblock-matches-pods=no+ipblock-matches-nodes=no+allow-egress-to-own-node=yes\
    +portless-rule-matches-other-protocols=no+isolation-applies-to-other-protocols=no\
    +networkpolicy-isolation-is-per-direction=no+hairpin-is-subject-to-admin-tiers=no
    """

  private static let capture: [UInt8] = {
    var capture = FrameCapture()
    capture.addConnection("10.0.0.2", "10.0.0.1", port: 80)
    capture.addConnection("10.0.0.2", "192.168.0.2", port: 80)
    capture.addConnection("10.0.0.2", "192.168.0.1", port: 80)
    capture.addPing("10.0.0.1", "10.0.0.4")
    capture.addPing("10.0.0.1", "10.0.0.3")
    capture.addConnection("10.0.0.1", "10.0.0.5", port: 80)
    capture.addConnection("10.0.0.6", "10.96.0.6", port: 80)
    // No choice matters to these.
    capture.addConnection("10.0.0.1", "10.0.0.3", port: 80)
    capture.addConnection("10.0.0.1", "10.0.0.3", port: 81)
    // Two choices have to change together.
    capture.addPing("10.0.0.7", "10.0.0.4")
    return capture.classic
  }()

  private func audit(_ options: String) throws -> Flowverdict.Run {
    try Flowverdict.run("audit - \(Self.inputs) \(options)", input: Self.capture)
  }

  @Test(arguments: [
    ("", "compare.txt"), ("-o wide", "compare-wide.txt"), ("-o json", "compare.json"),
    ("-o ndjson", "compare.ndjson"), ("-o csv", "compare.csv"),
    ("--only profile-dependent --limit 2", "compare-limit.txt"),
  ])
  func `flows that two profiles judge differently are listed with both verdicts`(
    _ options: String, _ name: String
  ) throws {
    let run = try audit("--compare-profiles upstream,cilium \(options)")
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(Snapshot.difference(of: run.output, from: "commands/\(name)") == nil)
  }

  @Test(arguments: [
    ("ipblock-matches-pods=no", "10.0.0.2", "10.0.0.1", "allowed", "denied"),
    ("ipblock-matches-nodes=no", "10.0.0.2", "192.168.0.2", "allowed", "denied"),
    ("allow-egress-to-own-node=yes", "10.0.0.2", "192.168.0.1", "denied", "allowed"),
    ("portless-rule-matches-other-protocols=no", "10.0.0.1", "10.0.0.4", "allowed", "denied"),
    ("isolation-applies-to-other-protocols=no", "10.0.0.1", "10.0.0.3", "denied", "allowed"),
    ("networkpolicy-isolation-is-per-direction=no", "10.0.0.1", "10.0.0.5", "denied", "allowed"),
    ("hairpin-is-subject-to-admin-tiers=no", "10.0.0.6", "10.96.0.6", "denied", "allowed"),
  ])
  func `each flag alone makes its flow depend on it, and is named`(
    _ flag: String, _ source: String, _ destination: String, _ verdict: String,
    _ comparedVerdict: String
  ) throws {
    let name = flag.split(separator: "=")[0]
    let run = try audit(
      "--compare-profiles upstream,upstream+\(flag) --only profile-dependent -o csv")
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n")
    let columns = lines[0].split(separator: ",").map(String.init)
    let flows = lines.dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return Dictionary(uniqueKeysWithValues: zip(columns, fields))
    }
    let flow = try #require(
      flows.first { $0["source_ip"] == source && $0["destination_ip"] == destination })
    #expect(flow["verdict"] == verdict)
    #expect(flow["compared_verdict"] == comparedVerdict)
    #expect(flows.allSatisfy { $0["decisive_flags"] == String(name) })
  }

  @Test func `all flags at once: each flow names the flags that matter to it`() throws {
    let run = try audit(
      "--compare-profiles upstream,\(Self.everyOther) --only profile-dependent -o ndjson")
    #expect(run.status == 0)
    let flags = run.output.split(separator: "\n").map { line in
      line.split(separator: "\"decisive_flags\":")[1].prefix { $0 != "}" }
    }
    #expect(
      flags
        == [
          "[[\"ipblock-matches-pods\"]]", "[[\"ipblock-matches-nodes\"]]",
          "[[\"allow-egress-to-own-node\"]]", "[[\"isolation-applies-to-other-protocols\"]]",
          "[[\"networkpolicy-isolation-is-per-direction\"]]",
          "[[\"hairpin-is-subject-to-admin-tiers\"]]",
        ].map { $0[...] })
  }

  @Test func `flags that only matter together are named together`() throws {
    let both = "ipblock-matches-pods=no+portless-rule-matches-other-protocols=no"
    let run = try audit(
      "--compare-profiles upstream+\(both),upstream --only profile-dependent -o csv")
    let line = try #require(
      run.output.split(separator: "\n").first { $0.contains("10.0.0.7") })
    #expect(
      line.contains(",ipblock-matches-pods portless-rule-matches-other-protocols,"), "\(line)")
  }

  @Test func `profiles with the same choices differ in nothing`() throws {
    let run = try audit("--compare-profiles upstream,ovn --fail-on profile-dependent")
    #expect(run.status == 0)
    #expect(run.output.contains("compared with ovn; they make the same choices\n"))
    #expect(run.output.contains("\ndepends on the profile       0\n"))
    #expect(!run.output.contains("VERDICT DEPENDS"))
  }

  @Test(arguments: [
    ("--compare-profiles upstream,cilium --fail-on profile-dependent", Int32(1)),
    ("--compare-profiles upstream,antrea --verify", 0),
    ("--compare-profiles cilium,upstream --fail-on profile-dependent --namespace lab", 1),
  ])
  func `a dependence can end the run with 1, and both profiles are verified`(
    _ options: String, _ status: Int32
  ) throws {
    let run = try audit(options)
    #expect(run.status == status, "\(run.errors)")
  }

  @Test(arguments: [
    ("--compare-profiles upstream", "takes two profiles"),
    ("--compare-profiles upstream,cilium,calico", "takes two profiles"),
    ("--compare-profiles upstream,upstream", "upstream cannot differ from itself"),
    (
      "--compare-profiles cilium,cilium+ipblock-matches-pods=no",
      "cilium and cilium+ipblock-matches-pods=no make the same choices"
    ),
    ("--compare-profiles cilium,", "there is no profile after the comma"),
    ("--compare-profiles ,cilium", "there is no profile before the comma"),
    ("--compare-profiles upstream,weave", "there is no profile 'weave'; there are upstream"),
    ("--compare-profiles upstream,cilium+nonsense=yes", "there is no flag 'nonsense'"),
    (
      "--compare-profiles upstream,cilium+ipblock-matches-pods",
      "write ipblock-matches-pods=yes or ipblock-matches-pods=no"
    ),
    ("--compare-profiles upstream,cilium --profile calico", "names both profiles"),
    ("--compare-profiles upstream,cilium --ipblock-matches-pods no", "names both profiles"),
    ("--fail-on profile-dependent", "--compare-profiles A,B"),
    ("--only profile-dependent", "--compare-profiles A,B"),
  ])
  func `what cannot be compared is a usage error`(_ options: String, _ message: String) throws {
    let run = try audit(options)
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func `a table file is compared as its cluster and policies are`() throws {
    try Scratch.with { folder in
      let table = folder.appending(path: "policies.fvt").path
      let compiled = try Flowverdict.run("compile \(Self.inputs) --profile cilium -o \(table)")
      #expect(compiled.status == 0)
      let run = try Flowverdict.run(
        "audit - --table \(table) --compare-profiles upstream,cilium", input: Self.capture)
      #expect(run.status == 0)
      #expect(try run.output == audit("--compare-profiles upstream,cilium").output)
    }
  }
}
