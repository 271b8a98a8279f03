import Foundation
import Measurement
import Testing

@Suite struct BenchFiguresTests {
  static let json = """
    {
      "schema": 1,
      "cluster": {
        "name": "dump.yaml", "pods": 12, "networkPolicies": 3, "clusterPolicies": 1
      },
      "table": {
        "compileMilliseconds": 1.234, "hotBytes": 1572864, "bytes": 5242880, "rules": 4,
        "addressClasses": 9
      },
      "flows": "58 of the captures",
      "lookups": [
        {
          "family": "ipv4", "trace": "cold", "form": "batch", "minimumNanoseconds": 9.996,
          "medianNanoseconds": 123.4, "perSecond": 8100000, "allowedShare": 0.5
        },
        {
          "family": "ipv4", "trace": "cold", "form": "ruleLoop", "minimumNanoseconds": 0.004,
          "medianNanoseconds": 99.96, "perSecond": 1000000
        }
      ],
      "latency": [
        {
          "family": "ipv4", "lookups": 100, "clockNanoseconds": 20,
          "percentiles": [
            {"percent": 50, "nanoseconds": 50}, {"percent": 90, "nanoseconds": 90},
            {"percent": 99, "nanoseconds": 99}, {"percent": 99.9, "nanoseconds": 99},
            {"percent": 99.99, "nanoseconds": 99}, {"percent": 100, "nanoseconds": 100}
          ]
        }
      ],
      "packets": [
        {
          "stage": "read", "jobs": 1, "packets": 1000, "flows": 0, "minimumNanoseconds": 10,
          "medianNanoseconds": 12, "wallNanoseconds": 11, "packetsPerSecond": 83000000,
          "bytesPerSecond": 6600000000, "peakBytes": 1048576
        },
        {
          "stage": "verdicts", "jobs": 2, "packets": 1000, "flows": 12, "minimumNanoseconds": 40,
          "medianNanoseconds": 42, "wallNanoseconds": 22, "packetsPerSecond": 45454545
        }
      ]
    }
    """

  static func figures() throws -> BenchFigures {
    try JSONDecoder().decode(BenchFigures.self, from: Data(json.utf8))
  }

  @Test func `the text has three digits and aligned columns`() throws {
    #expect(
      try Self.figures().text == """
        cluster    dump.yaml: 12 pods, 3 NetworkPolicies, 1 cluster-wide policies
        table      4 rules, 9 address classes; 1.50 MiB for decisions, 5.00 MiB with the deciding rules
        compiled   in 1.23 ms
        flows      58 of the captures

        lookups, one thread   ns least  ns median  million/s  allowed
          ipv4 cold batch         10.0        123       8.10   50.0 %
          ipv4 cold ruleLoop      0.00        100       1.00

        single lookups, ns        50 %  90 %  99 %  99.9 %  99.99 %  most
          ipv4, each timed alone    50    90    99      99       99   100

        packets, from file to  ns least  ns median  ns wall  million/s  GB/s  packets  flows  peak MiB
          read                     10.0       12.0     11.0       83.0  6.60     1000             1.00
          verdicts, 2 jobs         40.0       42.0     22.0       45.5           1000     12

        """)
  }

  @Test func `the JSON can be read back`() throws {
    let bytes = try JSONEncoder().encode(try Self.figures())
    let read = try JSONDecoder().decode(BenchFigures.self, from: bytes)
    #expect(try read.text == Self.figures().text)
  }
}
