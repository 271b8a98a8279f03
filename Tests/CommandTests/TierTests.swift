import TestSupport
import Testing

/// The tiers, and who counts as a pod, through `explain` and `check`.
@Suite struct TierTests {
  private static func inputs(_ version: String) -> String {
    "--cluster ../tiers/cluster.yaml --policies ../tiers/network-policies.yaml ../tiers/\(version).yaml"
  }

  @Test(arguments: [
    ("v1alpha1", "web", "8080"), ("v1alpha2", "web", "8080"), ("v1alpha1", "locked", "8080"),
    ("v1alpha2", "locked", "8080"), ("v1alpha1", "web", "9090"), ("v1alpha2", "web", "9090"),
  ])
  func `explain shows the chain of tiers: passed, isolated or not, and the Baseline`(
    _ version: String, _ pod: String, _ port: String
  ) throws {
    let run = try Flowverdict.run(
      "explain --from monitoring/prom --to shop/\(pod) --port \(port) \(Self.inputs(version))")
    #expect(run.status == 0)
    #expect(
      Snapshot.difference(of: run.output, from: "commands/tiers-\(version)-\(pod)-\(port).txt")
        == nil)
  }

  @Test(arguments: ["v1alpha1", "v1alpha2"])
  func `the trace in json holds the rule that passed, then what decided`(
    _ version: String
  ) throws {
    let run = try Flowverdict.run(
      "explain --from monitoring/prom --to shop/web --port 8080 \(Self.inputs(version)) -o json")
    let trace = run.output.split(separator: "\"policy_trace\":").dropFirst(2).first ?? ""
    let items = trace.split(separator: "],\"remarks\"").first ?? ""
    let actions = items.split(separator: "\"action\":\"").dropFirst().map {
      $0.prefix { $0 != "\"" }
    }
    #expect(actions == ["Pass", "Deny"])
    #expect(trace.hasPrefix("[{\"tier\":\"Admin\""))
  }

  @Test(arguments: [
    // N23: the own node always, others not.
    ("node/worker-1", "shop/locked", "own-node"), ("node/worker-2", "shop/locked", "other-node"),
    // N25: a hostNetwork pod is its node, as subject and as peer.
    ("shop/web", "shop/agent", "to-host-network"),
    ("shop/agent", "shop/locked", "from-host-network"),
    // N26: a finished pod owns no address; a Running pod with its address does.
    ("10.0.0.20", "shop/locked", "from-finished"), ("shop/web", "10.0.0.2", "to-reused"),
    // N24, D3, A22: a pod to itself, directly and through a Service.
    ("shop/locked", "shop/locked", "itself"), ("shop/web", "service/shop/web", "hairpin"),
  ])
  func `explain says who stands behind each address`(
    _ source: String, _ destination: String, _ name: String
  ) throws {
    let run = try Flowverdict.run(
      "explain --from \(source) --to \(destination) --port 80 \(Self.inputs("v1alpha1"))")
    #expect(run.status == 0, "\(run.errors)")
    #expect(Snapshot.difference(of: run.output, from: "commands/who-\(name).txt") == nil)
  }

  @Test func `D8: of two live pods with one address the first is taken, and that is said`() throws {
    let run = try Flowverdict.run(
      "explain --from shop/web --to 10.0.0.30 --port 80 \(Self.inputs("v1alpha1"))")
    #expect(run.status == 0)
    #expect(
      run.errors.contains(
        "note: 10.0.0.30 is the address of shop/twin-a and shop/twin-b; shop/twin-a is taken\n"))
    #expect(run.output.contains("10.0.0.30:80 (Pod shop/twin-a)"))
    #expect(run.output.contains("isolated by NetworkPolicy shop/locked"))
  }

  @Test(arguments: ["--from shop/done --to shop/web", "--from shop/web --to shop/failed"])
  func `N26: a finished pod cannot be asked about`(_ ends: String) throws {
    let run = try Flowverdict.run("explain \(ends) --port 80 \(Self.inputs("v1alpha1"))")
    #expect(run.status == 2)
    #expect(run.errors.contains("has finished ("))
    #expect(run.errors.contains("and owns no address"))
  }

  @Test func `check gives the same verdicts`() throws {
    let rows = [
      "node/worker-1\tshop/locked\tallow", "node/worker-2\tshop/locked\tdeny",
      "shop/web\tshop/agent\tallow", "shop/agent\tshop/locked\tdeny",
      "10.0.0.20\tshop/locked\tdeny", "shop/web\t10.0.0.2\tdeny",
      "shop/locked\tshop/locked\tallow", "shop/web\t10.0.0.30\tdeny",
      "10.0.0.30\tshop/locked\tdeny", "shop/web\tservice/shop/web\tdeny",
      "monitoring/prom\tshop/web\tdeny",
    ]
    let table =
      "source\tdestination\tverdict\tprotocol\tport\n"
      + rows.map { "\($0)\tTCP\t80\n" }.joined()
    for version in ["v1alpha1", "v1alpha2"] {
      let run = try Flowverdict.run(
        "check - \(Self.inputs(version)) --only-differences", input: Array(table.utf8))
      #expect(run.status == 0, "\(run.output)\(run.errors)")
    }
  }
}
