using System.CommandLine;
using Cloud.Api.Rest.InboundRoutes;
using Cloud.Cli.Control;

namespace Cloud.Cli.Admin;

/// <summary>`cloud route`: addresses without a mailbox, whose mail webhooks alone tell of.</summary>
static class RouteCommand
{
    public static Command Create() =>
        new("route", "Addresses without a mailbox, whose mail webhooks alone tell of.") { Add(), List(), Remove() };

    static Command Add()
    {
        var address = new Argument<string>("address") { Description = "Of ours; * and ? before the @ are wildcards" };
        var days = new Option<int?>("--days") { Description = "That messages are kept (0: until endpoints have them)" };
        return SharedOptions.Showing(
            new Command("add", "Take mail for an address or a pattern.") { address, days },
            (api, parsed, cancel) =>
                api.SendAsync(
                    "POST",
                    "/routes",
                    new NewRoute(parsed.GetRequiredValue(address), parsed.GetValue(days)),
                    RouteJson.Default.NewRoute,
                    RouteJson.Default.RouteShape,
                    cancel
                ),
            RouteJson.Default.RouteShape,
            route => Console.WriteLine($"{route.Address}  account {route.Account}")
        );
    }

    static Command List() =>
        SharedOptions.Showing(
            new Command("list", "The routes."),
            async (api, _, cancel) =>
            {
                var routes = new List<RouteShape>();
                await foreach (var route in api.ListAsync("/routes", RouteJson.Default.PageRouteShape, cancel))
                    routes.Add(route);
                return (IReadOnlyList<RouteShape>)routes;
            },
            RouteJson.Default.IReadOnlyListRouteShape,
            routes =>
                TextTable.Print([
                    ["ADDRESS", "KEPT", "ACCOUNT"],
                    .. routes.Select(route =>
                        (string[])[route.Address, route.Days == 0 ? "until told" : $"{route.Days} days", route.Account]
                    ),
                ])
        );

    static Command Remove()
    {
        var address = new Argument<string>("address");
        return SharedOptions.Asking(
            new Command("remove", "Take no mail for a route any more; what is kept of it goes.") { address },
            (api, parsed, cancel) =>
                api.DoAsync("DELETE", $"/routes/{ApiCalls.Segment(parsed.GetRequiredValue(address))}", cancel)
        );
    }
}
