import Foundation
import Testing

@testable import Manifests

/// The valid manifests of the other conformance suites.
@Suite struct ConformanceLoadingTests {
  static let suites = [
    "admin-network-policy", "cluster-network-policy", "kube-network-policies", "kubernetes-e2e",
    "netpol-analyzer", "policy-assistant", "policy-shapes", "recipes",
  ]

  @Test(arguments: suites) func `every manifest of a suite is read without an error`(
    suite: String
  ) throws {
    guard let folder = SharedFolder.folder("conformance/\(suite)") else { return }
    for name in SharedFolder.cases(in: folder) {
      let files = try FileManager.default.contentsOfDirectory(
        atPath: folder.appending(path: name).path)
      var loader = ManifestLoader()
      for file in files.sorted() where file.hasSuffix(".yaml") && file != "case.yaml" {
        loader.load(path: folder.appending(path: name).appending(path: file).path)
      }
      let findings = loader.finish().findings.filter { $0.severity == .error }
      #expect(findings.isEmpty, "\(name): \(findings.map(\.description))")
    }
  }
}
