using System.CommandLine;
using Cloud.Api.Admin;
using Cloud.Api.Rest.Sends;
using Cloud.Cli.Control;

namespace Cloud.Cli.Admin;

/// <summary>`cloud send`: a message, from the command line.</summary>
static class SendCommand
{
    /// <summary>Octets of all attachments: what a request of the API takes, less what base64 adds.</summary>
    const long MaxAttachments = 11 * 1024 * 1024;

    static readonly Option<string> From = new("--from") { Description = "An address of yours", Required = true };
    static readonly Option<string[]> To = new("--to") { Description = "A recipient; may be repeated", Required = true };
    static readonly Option<string[]> Cc = new("--cc") { Description = "One who gets a copy; may be repeated" };
    static readonly Option<string[]> Bcc = new("--bcc") { Description = "One whom the others do not see" };
    static readonly Option<string> Subject = new("--subject") { DefaultValueFactory = _ => "" };
    static readonly Option<string?> Text = new("--text") { Description = "The text (else standard input)" };
    static readonly Option<FileInfo?> Html = new("--html") { Description = "File with the same as HTML" };
    static readonly Option<FileInfo[]> Attach = new("--attach") { Description = "A file; may be repeated" };
    static readonly Option<string[]> Tag = new("--tag") { Description = "Comes back in events; may be repeated" };
    static readonly Option<DateTimeOffset?> At = new("--at") { Description = "Not before: 2027-01-31T08:00Z" };

    public static Command Create() =>
        SharedOptions.Showing(
            new Command("send", "Send a message.") { From, To, Cc, Bcc, Subject, Text, Html, Attach, Tag, At },
            async (api, parsed, cancel) =>
                await api.SendAsync(
                    "POST",
                    "/sends",
                    await MessageOfAsync(parsed, cancel),
                    SendJson.Default.NewSend,
                    SendJson.Default.SendAccepted,
                    cancel
                ),
            SendJson.Default.SendAccepted,
            sent => Console.WriteLine(sent.Id)
        );

    static async Task<NewSend> MessageOfAsync(ParseResult parsed, CancellationToken cancel)
    {
        var html = parsed.GetValue(Html);
        var text = parsed.GetValue(Text) ?? (html is null ? await Console.In.ReadToEndAsync(cancel) : null);
        var files = parsed.GetValue(Attach) ?? [];
        if (files.Where(file => file.Exists).Sum(file => file.Length) > MaxAttachments)
            throw new AdminException($"All attachments together have up to {MaxAttachments} octets");
        var attachments = new List<NewAttachment>();
        foreach (var file in files)
            attachments.Add(new(file.Name, await File.ReadAllBytesAsync(file.FullName, cancel)));
        return new(
            parsed.GetRequiredValue(From),
            parsed.GetRequiredValue(To),
            parsed.GetValue(Cc),
            parsed.GetValue(Bcc),
            Subject: parsed.GetRequiredValue(Subject),
            Text: text,
            Html: html is null ? null : await File.ReadAllTextAsync(html.FullName, cancel),
            Attachments: attachments,
            Tags: parsed.GetValue(Tag),
            SendAt: parsed.GetValue(At)
        );
    }
}
