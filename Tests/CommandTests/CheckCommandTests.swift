import TestSupport
import Testing

struct CheckCommandTests {
  private static let inputs = "--cluster cluster.yaml --policies policies.yaml"

  @Test func `each connection is printed with its verdict and what decided`() throws {
    let run = try Flowverdict.run("check connections.tsv \(Self.inputs)")
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(Snapshot.difference(of: run.output, from: "commands/check.txt") == nil)
  }

  @Test func `a difference exits with 1 and is named by file and line`() throws {
    let table =
      "source\tdestination\tprotocol\tport\tverdict\nshop/web\tshop/db\tTCP\t3306\tallow\n"
    let run = try Flowverdict.run("check - \(Self.inputs)", input: Array(table.utf8))
    #expect(run.status == 1)
    #expect(
      run.output.contains(
        "\nDIFFERENT\n-:2: verdict is denied, expected allowed: shop/web -> shop/db TCP/3306\n"))
  }

  @Test func `--only-differences hides what is as expected`() throws {
    let run = try Flowverdict.run("check connections.tsv \(Self.inputs) --only-differences")
    #expect(run.output == "5 connections: 4 allowed, 1 denied; 4 compared, all as expected\n")
  }

  @Test func `a wrong line is placed, the others are checked, and the exit code is 2`() throws {
    let table =
      "source\tdestination\tprotocol\tport\tverdict\nshop/web\tshop/db\tTCP\tx\tallow\n"
      + "shop/web\tshop/nobody\tTCP\t80\tallow\nshop/web\tshop/db\tTCP\t3306\tdeny\n"
    let run = try Flowverdict.run("check - \(Self.inputs)", input: Array(table.utf8))
    #expect(run.status == 2)
    #expect(run.errors.contains("-:2:22: error: 'x' is no port"))
    #expect(run.errors.contains("-:3:10: error: the cluster has no pod shop/nobody\n"))
    #expect(
      run.output.hasPrefix(
        "1 connection: 0 allowed, 1 denied; 1 compared, all as expected; 2 lines not checked\n"))
  }

  @Test(arguments: [("yes", Int32(0)), ("no", 1)])
  func `N21: --ipblock-matches-pods says whether a block matches pods`(
    _ answer: String, _ status: Int32
  ) throws {
    let table =
      "source\tdestination\tprotocol\tport\tegress\nshop/web\tshop/db\tTCP\t8080\tallow\n"
    let run = try Flowverdict.run(
      "check - \(Self.inputs) --ipblock-matches-pods \(answer)", input: Array(table.utf8))
    // IPv6 has no block: the families disagree where the block counts.
    #expect(run.status == 1)
    let ipv4 = table.replacing("port\tegress", with: "port\tegress\tfamily").replacing(
      "8080\tallow", with: "8080\tallow\t4")
    let only4 = try Flowverdict.run(
      "check - \(Self.inputs) --ipblock-matches-pods \(answer)", input: Array(ipv4.utf8))
    #expect(only4.status == status, "\(only4.output)\(only4.errors)")
  }

  @Test(arguments: [
    ("--profile upstream", Int32(0)), ("--profile cilium", 1),
    ("--profile cilium --ipblock-matches-pods yes", 0),
  ])
  func `a profile sets its flags, and a single flag overrules it`(
    _ options: String, _ status: Int32
  ) throws {
    let table =
      "source\tdestination\tprotocol\tport\tfamily\tegress\n"
      + "shop/web\tshop/db\tTCP\t8080\t4\tallow\n"
    let run = try Flowverdict.run(
      "check - \(Self.inputs) \(options)", input: Array(table.utf8))
    #expect(run.status == status, "\(run.output)\(run.errors)")
  }

  @Test func `a profile that is not known is refused, naming those that are`() throws {
    let run = try Flowverdict.run("check - \(Self.inputs) --profile weave")
    #expect(run.status == 2)
    #expect(run.errors.contains("there is no profile 'weave'; there are upstream, cilium"))
  }

  @Test func `ICMP is of IPv4, and ICMPv6 of IPv6`() throws {
    let table =
      "source\tdestination\tprotocol\tport\tfamily\n"
      + "shop/web\tshop/db\tICMP\t-\t-\nshop/web\tshop/db\tICMPv6\t-\t-\n"
      + "shop/web\tshop/db\tICMP\t-\t6\nfd00::1\tfd00::3\tICMP\t-\t-\n"
    let run = try Flowverdict.run("check - \(Self.inputs) -o json", input: Array(table.utf8))
    #expect(run.status == 2)
    #expect(
      run.errors.contains("-:4:25: error: ICMP is not of IPv6; that has ICMPv6\n"), "\(run.errors)")
    #expect(
      run.errors.contains(
        "-:5:24: error: fd00::1 and fd00::3 have no addresses of IPv4, and ICMP is of no other family\n"
      ),
      "\(run.errors)")
    let sources = run.output.split(separator: "\"source_ip\":\"").dropFirst().map {
      $0.prefix { $0 != "\"" }
    }
    #expect(sources == ["10.0.0.1", "fd00::1"])
  }

  @Test func `many lines are checked in little time`() throws {
    var table = "source\tdestination\tprotocol\tport\tverdict\n"
    for port in 1...20_000 { table += "shop/web\tshop/db\tTCP\t\(port)\tdeny\n" }
    table = table.replacing("\t8080\tdeny", with: "\t8080\t-")
    let clock = ContinuousClock()
    let start = clock.now
    let run = try Flowverdict.run("check - \(Self.inputs) -o csv", input: Array(table.utf8))
    #expect(run.status == 0)
    #expect(run.output.split(separator: "\n").count == 20_001)
    // A second in a release build; debug builds and busy machines get room.
    #expect(clock.now - start < .seconds(60))
  }
}
