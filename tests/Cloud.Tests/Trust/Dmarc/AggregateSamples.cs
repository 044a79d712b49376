namespace Cloud.Tests.Trust.Dmarc;

/// <summary>Aggregate reports in the shapes in which the large receivers send them.</summary>
static class AggregateSamples
{
    /// <summary>Without a version and with further contact, as Google has it.</summary>
    public const string Search = """
        <?xml version="1.0" encoding="UTF-8" ?>
        <feedback>
          <report_metadata>
            <org_name>search.example</org_name>
            <email>noreply-dmarc-support@search.example</email>
            <extra_contact_info>https://support.search.example/a/answer/2466580</extra_contact_info>
            <report_id>10650742938217364553</report_id>
            <date_range>
              <begin>1767225600</begin>
              <end>1767311999</end>
            </date_range>
          </report_metadata>
          <policy_published>
            <domain>example.test</domain>
            <adkim>r</adkim>
            <aspf>r</aspf>
            <p>quarantine</p>
            <sp>quarantine</sp>
            <pct>100</pct>
            <np>quarantine</np>
          </policy_published>
          <record>
            <row>
              <source_ip>192.0.2.10</source_ip>
              <count>12</count>
              <policy_evaluated>
                <disposition>none</disposition>
                <dkim>pass</dkim>
                <spf>pass</spf>
              </policy_evaluated>
            </row>
            <identifiers>
              <header_from>example.test</header_from>
            </identifiers>
            <auth_results>
              <dkim>
                <domain>example.test</domain>
                <result>pass</result>
                <selector>s1</selector>
              </dkim>
              <spf>
                <domain>example.test</domain>
                <result>pass</result>
              </spf>
            </auth_results>
          </record>
          <record>
            <row>
              <source_ip>2001:db8::bad</source_ip>
              <count>3</count>
              <policy_evaluated>
                <disposition>quarantine</disposition>
                <dkim>fail</dkim>
                <spf>fail</spf>
              </policy_evaluated>
            </row>
            <identifiers>
              <header_from>example.test</header_from>
            </identifiers>
            <auth_results>
              <spf>
                <domain>stranger.example</domain>
                <result>pass</result>
              </spf>
            </auth_results>
          </record>
        </feedback>
        """;

    /// <summary>With names of schemas and recipients' domains, as Microsoft has it.</summary>
    public const string Office = """
        <?xml version="1.0"?>
        <feedback xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
          <version>1.0</version>
          <report_metadata>
            <org_name>Office.example</org_name>
            <email>dmarcreport@office.example</email>
            <report_id>0a1b2c3d4e5f46789a0b1c2d3e4f5a6b</report_id>
            <date_range>
              <begin>1767225600</begin>
              <end>1767312000</end>
            </date_range>
          </report_metadata>
          <policy_published>
            <domain>example.test</domain>
            <adkim>r</adkim>
            <aspf>r</aspf>
            <p>reject</p>
            <sp>reject</sp>
            <pct>100</pct>
            <fo>0</fo>
          </policy_published>
          <record>
            <row>
              <source_ip>198.51.100.7</source_ip>
              <count>5</count>
              <policy_evaluated>
                <disposition>reject</disposition>
                <dkim>fail</dkim>
                <spf>fail</spf>
                <reason>
                  <type>local_policy</type>
                  <comment>arc=fail &amp; more</comment>
                </reason>
              </policy_evaluated>
            </row>
            <identifiers>
              <envelope_to>office.example</envelope_to>
              <envelope_from>example.test</envelope_from>
              <header_from>example.test</header_from>
            </identifiers>
            <auth_results>
              <spf>
                <domain>example.test</domain>
                <scope>mfrom</scope>
                <result>softfail</result>
              </spf>
            </auth_results>
          </record>
        </feedback>
        """;

    /// <summary>All in a line, several signatures, as Yahoo has it.</summary>
    public const string Portal =
        "<?xml version=\"1.0\"?><feedback><report_metadata><org_name>Portal</org_name>"
        + "<email>dmarchelp@portal.example</email><report_id>1767315000.612743</report_id><date_range>"
        + "<begin>1767225600</begin><end>1767311999 </end></date_range></report_metadata><policy_published>"
        + "<domain>example.test</domain><adkim>r</adkim><aspf>r</aspf><p>none</p><pct>100</pct></policy_published>"
        + "<record><row><source_ip>192.0.2.10</source_ip><count>7</count><policy_evaluated>"
        + "<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers>"
        + "<header_from>example.test</header_from></identifiers><auth_results><dkim><domain>example.test</domain>"
        + "<selector>a</selector><result>pass</result></dkim><dkim><domain>esp.example</domain><result>pass</result>"
        + "</dkim><spf><domain>bounce.esp.example</domain><result>pass</result></spf></auth_results></record></feedback>";

    /// <summary>By the second edition. RFC 9990 §3.</summary>
    public const string Second = """
        <feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">
          <version>2.0</version>
          <report_metadata>
            <org_name>Second &lt;Edition&gt;</org_name>
            <email>a@second.example</email>
            <report_id>1@second.example</report_id>
            <date_range><begin>1767225600</begin><end>1767311999</end></date_range>
            <generator>Something 1.0</generator>
          </report_metadata>
          <policy_published>
            <domain>example.test</domain>
            <p>reject</p>
            <discovery_method>treewalk</discovery_method>
            <testing>y</testing>
          </policy_published>
          <record>
            <row>
              <source_ip>192.0.2.99</source_ip>
              <count>1</count>
              <policy_evaluated>
                <disposition>pass</disposition>
                <dkim>pass</dkim>
                <spf>fail</spf>
              </policy_evaluated>
            </row>
            <identifiers><header_from>example.test</header_from></identifiers>
            <auth_results><dkim><domain>example.test</domain><selector>x</selector><result>pass</result></dkim></auth_results>
          </record>
        </feedback>
        """;
}
