import Foundation
import Testing

@Suite struct BenchCommandTests {
  @Test func `a made-up cluster is measured, in text and JSON`() throws {
    let text = try Flowverdict.run("bench --synthetic 200,20 --flows 1024 --rounds 1")
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.contains("200 pods, 20 NetworkPolicies"))
    #expect(text.output.contains("ipv6 cold batch"))
    let json = try Flowverdict.run("bench --synthetic 200,20 --flows 1024 --rounds 1 -o json")
    let read = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect((read?["lookups"] as? [Any])?.count == 24)
    #expect((read?["latency"] as? [Any])?.count == 2)
    for member in ["schema", "compile_milliseconds", "median_nanoseconds", "per_second"] {
      #expect(json.output.contains("\"\(member)\" : "), "\(member) is not written")
    }
  }

  @Test func `the user's own policies are measured`() throws {
    let run = try Flowverdict.run("bench --cluster cluster.yaml --flows 1024 --rounds 1")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("cluster.yaml: "))
    #expect(run.output.contains("ipv4 warm dependent"))
  }

  @Test func `what audit takes with --keep-going and a profile is measured too`() throws {
    let dump = "bench --cluster cluster.yaml --policies rejected.yaml --flows 1024 --rounds 1"
    let stopped = try Flowverdict.run(dump)
    #expect(stopped.status == 2)
    let run = try Flowverdict.run("\(dump) --keep-going --profile cilium")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("ipv4 warm dependent"))
  }

  @Test func `captures are measured by stage`() throws {
    let sample = Flowverdict.fixtures.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "captures/three-tier")
    let run = try Flowverdict.run(
      [
        "bench", "enforced-pods.pcapng", "--cluster", "cluster.yaml", "--rounds", "1", "--passes",
        "1", "--jobs", "2",
      ], folder: sample)
    #expect(run.status == 0, "\(run.errors)")
    for stage in ["read", "decode", "flows", "verdicts", "flows, 2 jobs", "verdicts, 2 jobs"] {
      #expect(run.output.contains("\n  \(stage) "))
    }
    #expect(run.output.contains("of the captures"))
  }

  @Test(arguments: [
    "bench", "bench --synthetic 10,10 --cluster cluster.yaml", "bench --synthetic 10",
    "bench --synthetic 0,1", "bench --synthetic 10,10 --shape round",
    "bench - --synthetic 10,10", "bench --synthetic 10,10 --flows 5",
    "bench --cluster cluster.yaml --shape worst", "bench --synthetic 10,10 --passes 2",
    "bench x.pcap --synthetic 10,10 --flows 2048", "bench --synthetic 10,10 --flows 99999999999",
    "bench --synthetic 10,10 --jobs 2", "bench nowhere.pcap --synthetic 10,10 --jobs 0",
    "bench nowhere.pcap --synthetic 10,10", "bench --cluster nowhere.yaml",
    "bench --synthetic 10,10 --profile cilium", "bench --policies policies.yaml",
    "bench --table nowhere.fvt --keep-going",
  ])
  func `wrong input ends with 2 and says why`(_ arguments: String) throws {
    let run = try Flowverdict.run(arguments)
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(!run.errors.isEmpty)
  }
}
