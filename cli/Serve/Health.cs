namespace Cloud.Cli.Serve;

/// <summary>What the HTTP port answers.</summary>
static class Health
{
    public static void Map(WebApplication application)
    {
        application.MapGet("/healthz", () => "ok\n");
        application.MapGet(
            "/",
            () =>
                "Cloud is running. It speaks SMTP, IMAP and POP3; this port says whether it is well: /healthz; "
                + "and has the API: /api/v1/openapi.json\n"
        );
    }
}
