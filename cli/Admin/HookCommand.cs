using System.CommandLine;
using System.Text;
using Cloud.Api.Rest.Hooks;
using Cloud.Cli.Control;

namespace Cloud.Cli.Admin;

/// <summary>`cloud hook`: endpoints that are told what happens to mail.</summary>
static class HookCommand
{
    public static Command Create() =>
        new("hook", "Webhooks: endpoints that are told what happens to mail.")
        {
            HookAddCommand.Create(),
            List(),
            Show(),
            Enable("enable", "Switch a webhook on again.", enabled: true),
            Enable("disable", "Switch a webhook off.", enabled: false),
            Remove(),
            Rotate(),
            RotateLinks(),
            Test(),
            HookDeliveryCommands.Deliveries(),
            HookDeliveryCommands.Replay(),
        };

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
            (api, parsed, cancel) =>
                api.GetAsync(PathOf(parsed.GetRequiredValue(id)), HookApiJson.Default.HookShape, cancel),
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
        var overlap = new Option<int?>("--overlap")
        {
            Description = "Hours in which the old secret counts as well (24)",
        };
        var pair = new Option<bool>("--pair") { Description = "Make the Ed25519 pair of v1a anew, too" };
        return SharedOptions.Showing(
            new Command("rotate", "Make a new secret; it is shown this once.") { id, overlap, pair },
            (api, parsed, cancel) =>
                api.SendAsync(
                    "POST",
                    $"{PathOf(parsed.GetRequiredValue(id))}/rotate",
                    new HookRotation(parsed.GetValue(overlap), parsed.GetValue(pair)),
                    HookApiJson.Default.HookRotation,
                    HookApiJson.Default.MadeHook,
                    cancel
                ),
            HookApiJson.Default.MadeHook,
            PrintMade
        );
    }

    static Command RotateLinks()
    {
        var overlap = new Option<int?>("--overlap")
        {
            Description = "Hours in which links that were made before open as well (24)",
        };
        return SharedOptions.Asking(
            new Command("rotate-links", "Make a new secret of the links in webhooks.") { overlap },
            async (api, parsed, cancel) =>
                await api.SendAsync(
                    "POST",
                    "/link-secret/rotate",
                    new LinkRotation(parsed.GetValue(overlap)),
                    HookApiJson.Default.LinkRotation,
                    cancel
                )
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

    public static void PrintMade(MadeHook made)
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
