using System.CommandLine;
using Cloud.Api.Rest.Hooks;
using Cloud.Cli.Control;
using Cloud.Flow.Hooks;

namespace Cloud.Cli.Admin;

/// <summary>`cloud hook add`.</summary>
sealed class HookAddCommand
{
    readonly Option<string> url = new("--url")
    {
        Description = "The endpoint: https, at a public address",
        Required = true,
    };

    readonly Option<string[]> events = new("--event")
    {
        Description = $"{string.Join(", ", MailEventNames.All)}; may be repeated",
        Required = true,
    };

    readonly Option<string?> domain = HookCommand.Text("--domain", "The only domain it is about");
    readonly Option<string?> address = HookCommand.Text("--address", "Addresses of ours; * and ? are wildcards");
    readonly Option<string?> mailbox = HookCommand.Text("--mailbox", "The only user it is about, by whatever address");
    readonly Option<string?> sender = HookCommand.Text("--sender", "Only such senders; * and ? are wildcards");
    readonly Option<string?> recipient = HookCommand.Text("--recipient", "Only such recipients");
    readonly Option<string?> subject = HookCommand.Text("--subject", "Only such subjects");
    readonly Option<string?> header = HookCommand.Text("--header", "Only with this field: NAME or NAME=PATTERN");
    readonly Option<bool?> spam = new("--spam") { Description = "Only spam, or only what is none" };
    readonly Option<bool?> attachment = new("--attachment") { Description = "Only with attachments, or only without" };
    readonly Option<string?> payload = HookCommand.Text("--payload", "full (if not given) or thin: ids alone");
    readonly Option<string?> preset = HookCommand.Text("--preset", "As slack, discord, teams or ntfy want it");
    readonly Option<int?> inline = new("--inline") { Description = "Octets of attachments put in, not linked (0)" };
    readonly Option<int?> concurrency = new("--concurrency") { Description = "Posts at the same time, 1 to 32 (4)" };
    readonly Option<string?> owner = HookCommand.Text("--owner", "Who hears by mail that it fails");
    readonly Option<string?> description = HookCommand.Text("--description", "For people");
    readonly Option<string?> tenant = HookCommand.Text("--tenant", "Whose domains it is about (all)");

    HookAddCommand()
    {
        events.AcceptOnlyFromAmong([.. MailEventNames.All]);
        payload.AcceptOnlyFromAmong("full", "thin");
        preset.AcceptOnlyFromAmong("slack", "discord", "teams", "ntfy");
    }

    public static Command Create()
    {
        var given = new HookAddCommand();
        var command = new Command("add", "Tell an endpoint of events; the secret is shown this once.");
        foreach (var option in given.Options)
            command.Options.Add(option);
        return SharedOptions.Showing(
            command,
            (api, parsed, cancel) =>
                api.SendAsync(
                    "POST",
                    "/hooks",
                    given.Of(parsed),
                    HookApiJson.Default.NewHook,
                    HookApiJson.Default.MadeHook,
                    cancel
                ),
            HookApiJson.Default.MadeHook,
            HookCommand.PrintMade
        );
    }

    IEnumerable<Option> Options =>
        [
            url,
            events,
            domain,
            address,
            mailbox,
            sender,
            recipient,
            subject,
            header,
            spam,
            attachment,
            payload,
            preset,
            inline,
            concurrency,
            owner,
            description,
            tenant,
        ];

    NewHook Of(ParseResult parsed)
    {
        var rule = RuleOf(parsed);
        return new(
            parsed.GetRequiredValue(url),
            parsed.GetRequiredValue(events),
            parsed.GetValue(domain),
            parsed.GetValue(address),
            parsed.GetValue(mailbox),
            rule == new HookRuleShape() ? null : rule,
            parsed.GetValue(payload),
            parsed.GetValue(preset),
            parsed.GetValue(inline),
            parsed.GetValue(concurrency),
            parsed.GetValue(owner),
            parsed.GetValue(description),
            parsed.GetValue(tenant)
        );
    }

    HookRuleShape RuleOf(ParseResult parsed)
    {
        var field = parsed.GetValue(header)?.Split('=', 2);
        return new(
            parsed.GetValue(sender),
            parsed.GetValue(recipient),
            parsed.GetValue(subject),
            field?[0],
            field is [_, var pattern] ? pattern : null,
            parsed.GetValue(spam),
            parsed.GetValue(attachment)
        );
    }
}
