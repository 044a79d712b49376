using System.CommandLine;
using Cloud.Api.Rest.Keys;
using Cloud.Cli.Control;

namespace Cloud.Cli.Admin;

/// <summary>`cloud key add|list|remove`: keys to the HTTP API.</summary>
static class KeyCommand
{
    public static Command Create() => new("key", "Keys to the HTTP API.") { Add(), List(), Remove() };

    static Command Add()
    {
        var scope = new Option<string[]>("--scope")
        {
            Description = "send, read, mail or admin; may be repeated",
            Required = true,
        };
        scope.AcceptOnlyFromAmong([.. Cloud.Api.Rest.ApiScopes.Names]);
        var name = new Option<string>("--name")
        {
            Description = "What it is used by",
            DefaultValueFactory = _ => "key",
        };
        var tenant = new Option<string?>("--tenant") { Description = "Whose domains it is for (all)" };
        var domain = new Option<string?>("--for-domain") { Description = "The only domain it is for" };
        var mailbox = new Option<string?>("--mailbox") { Description = "The only user it is for" };
        var expires = new Option<DateTimeOffset?>("--expires") { Description = "When it ends: 2027-01-31 (never)" };
        var networks = new Option<string[]>("--network") { Description = "Where it may be used from; may be repeated" };
        var command = new Command("add", "Make a key; it is shown this once.")
        {
            scope,
            name,
            tenant,
            domain,
            mailbox,
            expires,
            networks,
        };
        return SharedOptions.Showing(
            command,
            (api, parsed, cancel) =>
                api.SendAsync(
                    "POST",
                    "/keys",
                    new NewKey(
                        parsed.GetRequiredValue(name),
                        parsed.GetRequiredValue(scope),
                        parsed.GetValue(tenant),
                        parsed.GetValue(domain),
                        parsed.GetValue(mailbox),
                        parsed.GetValue(expires),
                        parsed.GetValue(networks)
                    ),
                    KeyJson.Default.NewKey,
                    KeyJson.Default.MadeKey,
                    cancel
                ),
            KeyJson.Default.MadeKey,
            made => Console.WriteLine(made.Key)
        );
    }

    static Command List() =>
        SharedOptions.Showing(
            new Command("list", "The keys, without their secrets."),
            async (api, _, cancel) =>
            {
                var keys = new List<KeyInfo>();
                await foreach (var key in api.ListAsync("/keys", KeyJson.Default.PageKeyInfo, cancel))
                    keys.Add(key);
                return (IReadOnlyList<KeyInfo>)keys;
            },
            KeyJson.Default.IReadOnlyListKeyInfo,
            Print
        );

    static void Print(IReadOnlyList<KeyInfo> keys) =>
        TextTable.Print([
            ["ID", "NAME", "SCOPES", "FOR", "EXPIRES", "LAST USED"],
            .. keys.Select(key =>
                (string[])
                    [
                        key.Id,
                        key.Name,
                        string.Join(' ', key.Scopes),
                        key.Mailbox ?? key.Domain ?? key.Tenant ?? "all",
                        TextTable.Time(key.ExpiresAt),
                        TextTable.Time(key.LastUsedAt),
                    ]
            ),
        ]);

    static Command Remove()
    {
        var id = new Argument<string>("id");
        return SharedOptions.Asking(
            new Command("remove", "Revoke a key.") { id },
            (api, parsed, cancel) =>
                api.DoAsync("DELETE", $"/keys/{ApiCalls.Segment(parsed.GetRequiredValue(id))}", cancel)
        );
    }
}
