using System.Reflection;
using Cloud.Mail;

namespace Cloud.Tests.Mail.Fuzz;

public sealed class FuzzCoverageTests
{
    /// <summary>Names of methods that read what a stranger wrote.</summary>
    static readonly string[] Verbs =
    [
        "Parse",
        "TryParse",
        "Read",
        "TryRead",
        "Decode",
        "TryDecode",
        "Guess",
        "Decompress",
        "Unflow",
        "Unfold",
        "Unpack",
        "Select",
        "Uris",
        "Id",
        "First",
        "Find",
        "FileName",
        "Of",
    ];

    /// <summary>Every public parser, and the fuzz target that feeds it.</summary>
    static readonly Dictionary<string, string> Fed = new(StringComparer.Ordinal)
    {
        ["AddressList.Parse"] = "addresses",
        ["AuthenticationResults.Parse"] = "authentication",
        ["BaseSubject.Of"] = "subject",
        ["BodySelection.Of"] = "scanner",
        ["Charset.Decode"] = "charsets",
        ["Charset.Guess"] = "charsets",
        ["DeliveryReportText.Parse"] = "disposition",
        ["DispositionReportText.Parse"] = "disposition",
        ["EmailAddress.TryParse"] = "typed address",
        ["EncodedWords.Decode"] = "encoded words",
        ["Envelope.Parse"] = "header",
        ["FeedbackReport.Parse"] = "disposition",
        ["FlowedText.Unflow"] = "flowed",
        ["HeaderText.Decode"] = "encoded words",
        ["HeaderText.Select"] = "header",
        ["HeaderText.Unfold"] = "parameters",
        ["HtmlText.Of"] = "html",
        ["ListField.Id"] = "list id",
        ["ListField.Uris"] = "list",
        ["MailDate.Parse"] = "dates",
        ["MaildirFolder.Parse"] = "maildir",
        ["MaildirKeywords.Parse"] = "maildir",
        ["MaildirName.Parse"] = "maildir",
        ["MessageDisposition.Parse"] = "disposition",
        ["MessageIds.First"] = "ids",
        ["MessageIds.Parse"] = "ids",
        ["MessageIndex.Unpack"] = "index",
        ["ModifiedUtf7.Decode"] = "modified utf-7",
        ["ParameterText.Decode"] = "parameters",
        ["ParameterText.FileName"] = "file names",
        ["ParameterText.Find"] = "file names",
        ["PartText.Decode"] = "body text",
        ["PartText.Of"] = "body text",
        ["Phrases.Parse"] = "phrases",
        ["Preview.Of"] = "preview",
        ["Received.Parse"] = "received",
        ["ReplyText.Of"] = "replies",
        ["ReportReader.Read"] = "reports",
        ["RtfDecompressor.Decompress"] = "rtf",
        ["SearchText.Of"] = "body text",
        ["SortKeys.Of"] = "scanner",
        ["StatusCode.Find"] = "disposition",
        ["TnefReader.Read"] = "tnef",
        ["TypedText.Parse"] = "disposition",
        ["Utf8Address.Decode"] = "disposition",
        ["Xtext.TryDecode"] = "disposition",
    };

    /// <summary>What makes mail rather than reads it.</summary>
    static readonly string[] Makers = ["MessageBody.Of", "MimePart.Of", "OctetSource.Of", "TypedText.Of"];

    [Fact]
    public void Every_public_parser_is_fuzzed()
    {
        var parsers = typeof(MessageIndex)
            .Assembly.GetExportedTypes()
            .Where(type =>
                type.Namespace is { } name && (name + '.').StartsWith("Cloud.Mail.", StringComparison.Ordinal)
            )
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => Verbs.Contains(method.Name))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}")
            .Distinct()
            .Except(Makers);

        Assert.Equal(Fed.Keys.Order(StringComparer.Ordinal), parsers.Order(StringComparer.Ordinal));
        Assert.Empty(Fed.Values.Except(FuzzTarget.All.Select(target => target.Name)));
    }
}
