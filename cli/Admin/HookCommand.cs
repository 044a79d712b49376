using System.CommandLine;
using System.Text;
using Cloud.Api.Rest.Hooks;
using Cloud.Cli.Control;
using Cloud.Flow.Hooks;

namespace Cloud.Cli.Admin;

/// <summary>`cloud hook`: endpoints that are told what happens to mail.</summary>
static class HookCommand
{
    public static Command Create() =>
        new("hook", "Webhooks: endpoints that are told what happens to mail.")
        {
            Add(),
            List(),
            Show(),
            Enable("enable", "Switch a webhook on again.", enabled: true),
            Enable("disable", "Switch a webhook off.", enabled: false),
            Remove(),
            Rotate(),
            Test(),
            HookDeliveryCommands.Deliveries(),
            HookDeliveryCommands.Replay(),
        };

    static Command Add()
    {
        var url = new Option<string>("--url") { Description = "The endpoint: https, at a public address", Required = true };
        var events = new Option<string[]>("--event")
        {
            Description = $"{string.Join(", ", MailEventNames.All)}; may be repeated",
            Required = true,
        };
        events.AcceptOnlyFromAmong([.. MailEventNames.All]);
        var domain = Text("--domain", "The only domain it is about");
        var address = Text("--address", "Addresses of ours that it is about; * and ? are wildcards");
        var mailbox = Text("--mailbox", "The only user it is about, by whatever address");
        var sender = Text("--sender", "Only senders such as this; * and ? are wildcards");
        var recipient = Text("--recipient", "Only recipients such as this");
        var subject = Text("--subject", "Only subjects such as this");
        var header = Text("--header", "Only with this field: NAME or NAME=PATTERN");
        var spam = new Option<bool?>("--spam") { Description = "Only spam, or only what is none" };
        var attachment = new Option<bool?>("--attachment") { Description = "Only with attachments, or only without" };
        var payload = Text("--payload", "full (if not given) or thin: ids alone");
        payload.AcceptOnlyFromAmong("full", "thin");
        var preset = Text("--preset", "In that service's form: slack, discord, teams or ntfy");
        preset.AcceptOnlyFromAmong("slack", "discord", "teams", "ntfy");
        var inline = new Option<int?>("--inline") { Description = "Octets of attachments put in rather than linked (0)" };
        var concurrency = new Option<int?>("--concurrency") { Description = "Posts at the same time, 1 to 32 (4)" };
        var owner = Text("--owner", "Who hears by mail that it fails");
        var description = Text("--description", "For people");
        var tenant = Text("--tenant", "Whose domains it is about (all)");
        var command = new Command("add", "Tell an endpoint of events; the secret is shown this once.")
        {
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
        };
        return SharedOptions.Showing(
            command,
            (api, parsed, cancel) =>
            {
                var field = parsed.GetValue(header)?.Split('=', 2);
                var rule = new HookRuleShape(
                    parsed.GetValue(sender),
                    parsed.GetValue(recipient),
                    parsed.GetValue(subject),
                    field?[0],
                    field is [_, var pattern] ? pattern : null,
                    parsed.GetValue(spam),
                    parsed.GetValue(attachment)
                );
                var hook = new NewHook(
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
                return api.SendAsync(
                    "POST",
                    "/hooks",
                    hook,
                    HookApiJson.Default.NewHook,
                    HookApiJson.Default.MadeHook,
                    cancel
                );
            },
            HookApiJson.Default.MadeHook,
            PrintMade
        );
    }

    static Command List() =>
        SharedOptions.Showing(
            new Command("list", "The webhooks."),
            async (api, _, cancel) =>
            {
                var hooks = new List<HookShape>();
                await foreach (var hook in api.ListAsync("/hooks", HookApiJson.Default.PageHookShape, cancel))
                    hooks.Add(hook);
                return (IReadOnlyList<HookShape>)hooks;
            },
            HookApiJson.Default.IReadOnlyListHookShape,
            hooks =>
                TextTable.Print([
                    ["ID", "EVENTS", "ABOUT", "ENDPOINT", "STATE"],
                    .. hooks.Select(hook =>
                        (string[])
                            [
                                hook.Id,
                                string.Join(' ', hook.Events),
                                hook.Mailbox ?? hook.Address ?? hook.Domain ?? hook.Tenant ?? "all",
                                hook.Url,
                                StateOf(hook),
                            ]
                    ),
                ])
        );

    static Command Show()
    {
        var id = Id();
        return SharedOptions.Showing(
            new Command("show", "A webhook, and how its endpoint answers.") { id },
            (api, parsed, cancel) => api.GetAsync(PathOf(parsed.GetRequiredValue(id)), HookApiJson.Default.HookShape, cancel),
            HookApiJson.Default.HookShape,
            Print
        );
    }

    static Command Enable(string name, string description, bool enabled)
    {
        var id = Id();
        return SharedOptions.Showing(
            new Command(name, description) { id },
            (api, parsed, cancel) =>
                api.SendAsync(
                    "PATCH",
                    PathOf(parsed.GetRequiredValue(id)),
                    new HookChange(Enabled: enabled),
                    HookApiJson.Default.HookChange,
                    HookApiJson.Default.HookShape,
                    cancel
                ),
            HookApiJson.Default.HookShape,
            Print
        );
    }

    static Command Remove()
    {
        var id = Id();
        return SharedOptions.Asking(
            new Command("remove", "Tell an endpoint nothing any more.") { id },
            (api, parsed, cancel) => api.DoAsync("DELETE", PathOf(parsed.GetRequiredValue(id)), cancel)
        );
    }

    static Command Rotate()
    {
        var id = Id();
        var overlap = new Option<int?>("--overlap") { Description = "Hours in which the old secret counts as well (24)" };
        return SharedOptions.Showing(
            new Command("rotate", "Make a new secret; it is shown this once.") { id, overlap },
            (api, parsed, cancel) =>
                api.SendAsync(
                    "POST",
                    $"{PathOf(parsed.GetRequiredValue(id))}/rotate",
                    new HookRotation(parsed.GetValue(overlap)),
                    HookApiJson.Default.HookRotation,
                    HookApiJson.Default.MadeHook,
                    cancel
                ),
            HookApiJson.Default.MadeHook,
            PrintMade
        );
    }

    static Command Test()
    {
        var id = Id();
        return SharedOptions.Showing(
            new Command("test", "Send a test event.") { id },
            (api, parsed, cancel) =>
                api.SendAsync(
                    "POST",
                    $"{PathOf(parsed.GetRequiredValue(id))}/test",
                    new HookRotation(),
                    HookApiJson.Default.HookRotation,
                    HookApiJson.Default.TestedHook,
                    cancel
                ),
            HookApiJson.Default.TestedHook,
            tested => Console.WriteLine(tested.Event)
        );
    }

    public static Argument<string> Id() => new("id") { Description = "Of the webhook: wh_…" };

    public static Option<string?> Text(string name, string description) => new(name) { Description = description };

    public static string PathOf(string id) => $"/hooks/{ApiCalls.Segment(id)}";

    static void PrintMade(MadeHook made)
    {
        Console.WriteLine($"{made.Id}  {made.Secret}");
        Console.WriteLine($"public key (v1a): {made.PublicKey}");
    }

    static void Print(HookShape hook)
    {
        var text = new StringBuilder();
        void Line(string name, string? value)
        {
            if (value is { Length: > 0 })
                text.Append(name.PadRight(14)).AppendLine(value);
        }
        Line("id", hook.Id);
        Line("endpoint", hook.Url);
        Line("events", string.Join(' ', hook.Events));
        Line("domain", hook.Domain);
        Line("address", hook.Address);
        Line("mailbox", hook.Mailbox);
        Line("payload", hook.Preset ?? hook.Payload);
        Line("owner", hook.Owner);
        Line("description", hook.Description);
        Line("state", StateOf(hook));
        Console.Write(text);
    }

    static string StateOf(HookShape hook) =>
        hook.Disabled is { } why ? $"off: {why}"
        : hook.Endpoint is { Failures: > 0 } endpoint
            ? $"fails since {TextTable.Time(endpoint.Since)} ({endpoint.Failures} times)"
        : "well";
}
