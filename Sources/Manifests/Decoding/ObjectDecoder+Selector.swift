import ClusterModel

/// A label selector as it was read.
enum SelectorRead {
  /// Absent or null: "not given" (N14).
  case null
  case selector(LabelSelector, hasUnknownField: Bool)
  /// The API server refuses it.
  case invalid
}

extension ObjectDecoder where Reader: ~Copyable {
  /// Reads the label selector that is the next value.
  ///
  /// - Parameter failsClosed: whether unknown fields are errors that close a rule (D6), and not ignored (D1).
  mutating func readSelector(failsClosed: Bool = false) throws(SyntaxProblem) -> SelectorRead {
    switch try enterMapping() {
    case .null: return .null
    case .wrongType: return .invalid
    case .entered: break
    }
    var parts = SelectorParts()
    let findingCount = pending.count
    let read =
      try failsClosed
      ? readFields(ClosedSelectorField.table) { decoder, field throws(SyntaxProblem) in
        switch field {
        case .matchLabels: try decoder.readMatchLabels(&parts)
        case .matchExpressions: try decoder.readMatchExpressions(&parts)
        }
      }
      : readFields(SelectorField.table) { decoder, field throws(SyntaxProblem) in
        switch field {
        case .matchLabels: try decoder.readMatchLabels(&parts)
        case .matchExpressions: try decoder.readMatchExpressions(&parts)
        }
      }
    guard parts.isValid else { return .invalid }
    if read.hasUnknownField, !failsClosed, parts.selector.requirements.isEmpty {
      // Loudly, since this is how a slip opens what was to be closed.
      for index in findingCount..<pending.count where pending[index].finding.kind == .unknownField {
        pending[index].finding.consequence =
          "the field is ignored, as the API server ignores it, and the selector selects EVERYTHING"
      }
    }
    return .selector(parts.selector, hasUnknownField: read.hasUnknownField)
  }

  mutating func readMatchLabels(_ parts: inout SelectorParts) throws(SyntaxProblem) {
    switch try enterMapping() {
    case .null: return
    case .wrongType:
      parts.isValid = false
      return
    case .entered: break
    }
    let isValid = try readLabelPairs { decoder, key, value in
      parts.labels.append(
        LabelSelector.Requirement(
          key: decoder.records.interner[key], operator: .in,
          values: [decoder.records.interner[value]]))
    }
    if !isValid { parts.isValid = false }
  }

  mutating func readMatchExpressions(_ parts: inout SelectorParts) throws(SyntaxProblem) {
    switch try enterSequence() {
    case .null: return
    case .wrongType:
      parts.isValid = false
      return
    case .entered: break
    }
    try readItems { decoder, _ throws(SyntaxProblem) in
      if let requirement = try decoder.readRequirement() {
        parts.expressions.append(requirement)
      } else {
        parts.isValid = false
      }
    }
  }

  /// One item of `matchExpressions`; `nil` if the API server refuses it.
  private mutating func readRequirement() throws(SyntaxProblem) -> LabelSelector.Requirement? {
    switch try enterMapping() {
    case .entered: break
    case .null:
      report(
        .missingField, "the expression is empty; it needs `key`, `operator` and perhaps `values`",
        rules: ["N14"])
      return nil
    case .wrongType: return nil
    }
    var key: String?
    var hasKey = false
    var operatorText: String?
    var hasOperator = false
    var operatorMark = place
    var values: [String] = []
    var valuesMark: Mark?
    var isValid = true
    try readFields(RequirementField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .key:
        hasKey = true
        switch try decoder.readTextValue() {
        case .text:
          let number = decoder.reader.withText { decoder.records.interner.number(of: $0) }
          let text = decoder.records.interner[number]
          key = text
          if !text.isEmpty, let problem = decoder.records.nameProblems.labelKey(number, text) {
            decoder.reportLabelForm(
              "`\(text.shortened)` is no key of a label: \(problem)", &isValid)
          }
        case .null: hasKey = false
        case .wrongScalar, .wrongType: isValid = false
        }
      case .operator:
        hasOperator = true
        operatorMark = decoder.place
        switch try decoder.readTextValue() {
        case .text: operatorText = decoder.sharedText
        case .null: hasOperator = false
        case .wrongScalar, .wrongType: isValid = false
        }
      case .values:
        valuesMark = decoder.place
        switch try decoder.enterSequence() {
        case .null: return
        case .wrongType:
          isValid = false
          return
        case .entered: break
        }
        try decoder.readItems { decoder, _ throws(SyntaxProblem) in
          switch try decoder.readTextValue() {
          case .text:
            let number = decoder.reader.withText { decoder.records.interner.number(of: $0) }
            let text = decoder.records.interner[number]
            values.append(text)
            if let problem = decoder.records.nameProblems.labelValue(number, text) {
              decoder.reportLabelForm(
                "`\(text.shortened)` is no value of a label: \(problem)", &isValid)
            }
          case .null:
            decoder.report(
              .nullValue,
              "the value is null and read as the empty text; write \"\" if that is meant")
            values.append("")
          case .wrongScalar, .wrongType: isValid = false
          }
        }
      }
    }
    if !hasKey || key?.isEmpty == true {
      report(
        .missingField, "the expression has no key; add `key:` with the name of a label",
        field: "key", rules: ["N14"])
      isValid = false
    }
    guard hasOperator, operatorText?.isEmpty != true else {
      report(
        .missingField,
        "the expression has no operator; add `operator: In`, or NotIn, Exists or DoesNotExist",
        field: "operator", rules: ["N14"])
      return nil
    }
    guard let operatorText else { return nil }
    guard let operation = LabelSelector.Operator(rawValue: operatorText) else {
      let all = ["In", "NotIn", "Exists", "DoesNotExist"]
      let advice =
        Spelling.nearest(to: operatorText, in: all).map { "did you mean `\($0)`?" }
        ?? "it must be In, NotIn, Exists or DoesNotExist"
      report(
        .unsupportedValue, "`\(operatorText.shortened)` is no operator; \(advice)",
        field: "operator", at: operatorMark, rules: ["N14"])
      return nil
    }
    let takesValues = operation == .in || operation == .notIn
    if takesValues, values.isEmpty {
      if isValid {
        report(
          .missingField,
          "\(operatorText) needs values; add them, or use \(operation == .in ? "Exists" : "DoesNotExist")",
          field: "values", at: valuesMark ?? place, rules: ["N14"])
      }
      return nil
    }
    if !takesValues, !values.isEmpty {
      report(
        .conflict,
        "\(operatorText) takes no values; remove them, or use \(operation == .exists ? "In" : "NotIn")",
        field: "values", at: valuesMark ?? place, rules: ["N14"])
      return nil
    }
    guard isValid, let key else { return nil }
    return LabelSelector.Requirement(key: key, operator: operation, values: values)
  }
}

/// The requirements of a selector while it is read.
struct SelectorParts {
  var labels: [LabelSelector.Requirement] = []
  var expressions: [LabelSelector.Requirement] = []
  var isValid = true

  /// `matchLabels` in ascending order of the key, then `matchExpressions` as written.
  var selector: LabelSelector {
    LabelSelector(labels.sorted { $0.key < $1.key } + expressions)
  }
}

private let selectorHints = [
  "*": "labels stand under `matchLabels:`"
]

/// A selector in a NetworkPolicy.
private enum SelectorField: String, FieldName {
  case matchLabels, matchExpressions
  static let table = FieldTable<SelectorField>(
    "a label selector", hints: selectorHints,
    nested: [.matchLabels: .anyName, .matchExpressions: .list("key", "operator", "values")])
}

/// A selector in a peer of a cluster policy, where unknown fields close the rule.
private enum ClosedSelectorField: String, FieldName {
  case matchLabels, matchExpressions
  static let table = FieldTable<ClosedSelectorField>(
    "a label selector", hints: selectorHints,
    nested: [.matchLabels: .anyName, .matchExpressions: .list("key", "operator", "values")],
    failsClosed: true)
}

private enum RequirementField: String, FieldName {
  case key, `operator`, values
  static let table = FieldTable<RequirementField>("an expression of a selector")
}
