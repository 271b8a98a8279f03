import TestSupport
import Testing

struct ExplainCommandTests {
  private static let inputs = "--cluster cluster.yaml --policies policies.yaml"

  @Test(arguments: [
    ("--from shop/web --to shop/db --port 3306/tcp", "explain-denied.txt"),
    ("--from shop/api-7c9f-x2 --to service/shop/db --port 3306", "explain-service.txt"),
    ("--from node/worker-2 --to shop/db --port icmp --family 4", "explain-own-node.txt"),
    ("--from 203.0.113.9 --to shop/db --port udp/53", "explain-outside.txt"),
    ("--from shop/web --to shop/db --port 3306/tcp --family 4 -o json", "explain.json"),
    ("--from shop/web --to shop/db --port icmp", "explain-icmp.txt"),
    ("--from shop/web --to shop/db --port 3306/tcp -o ndjson", "explain.ndjson"),
  ])
  func `both sides are explained, rule by rule`(_ options: String, _ name: String) throws {
    let run = try Flowverdict.run("explain \(options) \(Self.inputs)")
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(Snapshot.difference(of: run.output, from: "commands/\(name)") == nil)
  }

  @Test(arguments: [
    ("--from web --to shop/db --port 80", "'web'"),
    ("--from shop/web --to shop/nobody --port 80", "the cluster has no pod shop/nobody"),
    ("--from shop/web --to shop/db --port 0", "'0'"),
    ("--from shop/web --to shop/db --port 80/icmp", "'80/icmp'"),
    ("--from shop/web --to shop/db --port tcp", "'tcp'"),
    ("--from shop/web --to service/shop/db --port 80", "service/shop/db has no TCP port 80"),
    ("--from bank/clerk --to shop/db --port 80 --family 6", "have no addresses of IPv6"),
    ("--from shop/web --to shop/db --port 80 -o csv", "it writes text, wide, json or ndjson"),
    ("--from shop/web --to shop/db --port icmp --family 6", "ICMP is not of IPv6; that has ICMPv6"),
    (
      "--from shop/web --to shop/db --port icmpv6 --family 4",
      "ICMPv6 is not of IPv4; that has ICMP"
    ),
    (
      "--from bank/clerk --to shop/db --port icmpv6",
      "have no addresses of IPv6, and ICMPv6 is of no other family"
    ),
  ])
  func `what cannot be explained says why and exits with 2`(
    _ options: String, _ message: String
  ) throws {
    let run = try Flowverdict.run("explain \(options) \(Self.inputs)")
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
