using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Cli.Check;

/// <summary>A message that is found again by its id.</summary>
/// <param name="Sender">The reverse-path: a user's, or none, as a server has it that wants no answer.</param>
sealed record TestMessage(string Id, string Sender, IReadOnlyList<string> Lines)
{
    public const string Subject = "Test of the mail server";

    /// <summary>What must come back, whatever is put before it on the way.</summary>
    public string Text => string.Concat(Lines.Select(line => $"{line}\r\n"));

    public static TestMessage To(CheckAccount account, bool submitted, DateTimeOffset now, Entropy entropy)
    {
        var id = $"<{Convert.ToHexStringLower(entropy.Bytes(16))}@{SmtpDialogue.Elsewhere}>";
        var from = submitted ? $"{account.Address}" : $"check@{SmtpDialogue.Elsewhere}";
        var date = now.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture);
        return new(
            id,
            submitted ? from : "",
            [
                $"From: {from}",
                $"To: {account.Address}",
                $"Subject: {Subject}",
                $"Date: {date} +0000",
                $"Message-ID: {id}",
                "Auto-Submitted: auto-generated", // RFC 3834 §5: nobody is to answer
                "",
                "This is read back and deleted at once. If you see it, that did not happen:",
                "it can go.",
            ]
        );
    }
}
