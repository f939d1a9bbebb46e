// Made by `make types`, not to be edited.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  public: {
    Tables: {
      account_groups: {
        Row: {
          book_id: string;
          created_at: string;
          created_by: string | null;
          id: string;
          name: string;
          number: number;
          position: number;
          updated_at: string;
          updated_by: string | null;
          version: number;
          account_count: number | null;
          total_balance: number | null;
        };
        ComputedFields: "account_count" | "total_balance";
        Insert: {
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          name: string;
          number?: number;
          position?: number;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          name?: string;
          number?: number;
          position?: number;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "account_groups_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
      accounts: {
        Row: {
          balance: number;
          book_id: string;
          color: string | null;
          created_at: string;
          created_by: string | null;
          credit_limit: number | null;
          currency: string;
          group_id: string | null;
          icon: string | null;
          id: string;
          include_in_net_worth: boolean;
          initial_amount: number;
          initial_on: string;
          institution: string | null;
          is_active: boolean;
          last_four_digits: string | null;
          name: string;
          number: number;
          position: number;
          transaction_count: number;
          type: Database["public"]["Enums"]["account_type"];
          updated_at: string;
          updated_by: string | null;
          usability: Database["public"]["Enums"]["account_usability"];
          version: number;
          last_booked_on: string | null;
        };
        ComputedFields: "last_booked_on";
        Insert: {
          balance?: number;
          book_id?: string;
          color?: string | null;
          created_at?: string;
          created_by?: string | null;
          credit_limit?: number | null;
          currency: string;
          group_id?: string | null;
          icon?: string | null;
          id?: string;
          include_in_net_worth?: boolean;
          initial_amount?: number;
          initial_on?: string;
          institution?: string | null;
          is_active?: boolean;
          last_four_digits?: string | null;
          name: string;
          number?: number;
          position?: number;
          transaction_count?: number;
          type: Database["public"]["Enums"]["account_type"];
          updated_at?: string;
          updated_by?: string | null;
          usability?: Database["public"]["Enums"]["account_usability"];
          version?: number;
        };
        Update: {
          balance?: number;
          book_id?: string;
          color?: string | null;
          created_at?: string;
          created_by?: string | null;
          credit_limit?: number | null;
          currency?: string;
          group_id?: string | null;
          icon?: string | null;
          id?: string;
          include_in_net_worth?: boolean;
          initial_amount?: number;
          initial_on?: string;
          institution?: string | null;
          is_active?: boolean;
          last_four_digits?: string | null;
          name?: string;
          number?: number;
          position?: number;
          transaction_count?: number;
          type?: Database["public"]["Enums"]["account_type"];
          updated_at?: string;
          updated_by?: string | null;
          usability?: Database["public"]["Enums"]["account_usability"];
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "accounts_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "accounts_currency_fkey";
            columns: ["currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
          {
            foreignKeyName: "accounts_group_id_fkey";
            columns: ["book_id", "group_id"];
            isOneToOne: false;
            referencedRelation: "account_groups";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      admin_actions: {
        Row: {
          acted_at: string;
          action: string;
          admin_id: string | null;
          details: NonNullable<Json>;
          id: string;
          subject_id: string | null;
        };
        ComputedFields: never;
        Insert: {
          acted_at?: string;
          action: string;
          admin_id?: string | null;
          details?: NonNullable<Json>;
          id?: string;
          subject_id?: string | null;
        };
        Update: {
          acted_at?: string;
          action?: string;
          admin_id?: string | null;
          details?: NonNullable<Json>;
          id?: string;
          subject_id?: string | null;
        };
        Relationships: [];
      };
      attachments: {
        Row: {
          account_id: string | null;
          book_id: string;
          created_at: string;
          created_by: string | null;
          debt_id: string | null;
          file_name: string;
          id: string;
          number: number;
          sha256: string;
          size: number;
          storage_key: string;
          thumbnail_key: string | null;
          transaction_id: string | null;
          type: string;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          account_id?: string | null;
          book_id: string;
          created_at?: string;
          created_by?: string | null;
          debt_id?: string | null;
          file_name: string;
          id?: string;
          number: number;
          sha256: string;
          size: number;
          storage_key: string;
          thumbnail_key?: string | null;
          transaction_id?: string | null;
          type: string;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          account_id?: string | null;
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          debt_id?: string | null;
          file_name?: string;
          id?: string;
          number?: number;
          sha256?: string;
          size?: number;
          storage_key?: string;
          thumbnail_key?: string | null;
          transaction_id?: string | null;
          type?: string;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "attachments_account_id_fkey";
            columns: ["book_id", "account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "attachments_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "attachments_debt_id_fkey";
            columns: ["book_id", "debt_id"];
            isOneToOne: false;
            referencedRelation: "debt_statuses";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "attachments_debt_id_fkey";
            columns: ["book_id", "debt_id"];
            isOneToOne: false;
            referencedRelation: "debts";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "attachments_transaction_id_fkey";
            columns: ["book_id", "transaction_id"];
            isOneToOne: false;
            referencedRelation: "transactions";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      balance_assertions: {
        Row: {
          account_id: string;
          book_id: string;
          booked_on: string;
          created_at: string;
          created_by: string | null;
          id: string;
          note: string | null;
          number: number;
          stated_balance: number;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          account_id: string;
          book_id?: string;
          booked_on: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          note?: string | null;
          number: number;
          stated_balance: number;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          account_id?: string;
          book_id?: string;
          booked_on?: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          note?: string | null;
          number?: number;
          stated_balance?: number;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "balance_assertions_account_id_fkey";
            columns: ["book_id", "account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      book_invitations: {
        Row: {
          answered_at: string | null;
          answered_by: string | null;
          book_id: string;
          created_at: string;
          created_by: string | null;
          email: string;
          email_sent_at: string | null;
          expires_at: string;
          id: string;
          message: string | null;
          role: Database["public"]["Enums"]["book_role"];
          status: Database["public"]["Enums"]["invitation_status"];
          updated_at: string;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          answered_at?: string | null;
          answered_by?: string | null;
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          email: string;
          email_sent_at?: string | null;
          expires_at?: string;
          id?: string;
          message?: string | null;
          role?: Database["public"]["Enums"]["book_role"];
          status?: Database["public"]["Enums"]["invitation_status"];
          updated_at?: string;
          version?: number;
        };
        Update: {
          answered_at?: string | null;
          answered_by?: string | null;
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          email?: string;
          email_sent_at?: string | null;
          expires_at?: string;
          id?: string;
          message?: string | null;
          role?: Database["public"]["Enums"]["book_role"];
          status?: Database["public"]["Enums"]["invitation_status"];
          updated_at?: string;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "book_invitations_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
      book_members: {
        Row: {
          book_id: string;
          created_at: string;
          role: Database["public"]["Enums"]["book_role"];
          updated_at: string;
          user_id: string;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          book_id: string;
          created_at?: string;
          role: Database["public"]["Enums"]["book_role"];
          updated_at?: string;
          user_id: string;
          version?: number;
        };
        Update: {
          book_id?: string;
          created_at?: string;
          role?: Database["public"]["Enums"]["book_role"];
          updated_at?: string;
          user_id?: string;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "book_members_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "book_members_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      books: {
        Row: {
          base_currency: string;
          created_at: string;
          created_by: string | null;
          first_day_of_month: number;
          first_day_of_week: number;
          id: string;
          name: string;
          timezone: string;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          base_currency: string;
          created_at?: string;
          created_by?: string | null;
          first_day_of_month?: number;
          first_day_of_week?: number;
          id?: string;
          name: string;
          timezone?: string;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          base_currency?: string;
          created_at?: string;
          created_by?: string | null;
          first_day_of_month?: number;
          first_day_of_week?: number;
          id?: string;
          name?: string;
          timezone?: string;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "books_base_currency_fkey";
            columns: ["base_currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
        ];
      };
      budget_categories: {
        Row: {
          book_id: string;
          budget_id: string;
          category_id: string;
          created_at: string;
          created_by: string | null;
          id: string;
          version: number;
          with_children: boolean;
        };
        ComputedFields: never;
        Insert: {
          book_id?: string;
          budget_id: string;
          category_id: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          version?: number;
          with_children?: boolean;
        };
        Update: {
          book_id?: string;
          budget_id?: string;
          category_id?: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          version?: number;
          with_children?: boolean;
        };
        Relationships: [
          {
            foreignKeyName: "budget_categories_budget_id_fkey";
            columns: ["book_id", "budget_id"];
            isOneToOne: false;
            referencedRelation: "budget_statuses";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "budget_categories_budget_id_fkey";
            columns: ["book_id", "budget_id"];
            isOneToOne: false;
            referencedRelation: "budgets";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "budget_categories_category_id_fkey";
            columns: ["book_id", "category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      budgets: {
        Row: {
          alert_threshold: number;
          amount: number;
          book_id: string;
          covers_all: boolean;
          created_at: string;
          created_by: string | null;
          ends_on: string | null;
          id: string;
          is_active: boolean;
          name: string;
          number: number;
          period: Database["public"]["Enums"]["budget_period"];
          rollover: boolean;
          starts_on: string;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          alert_threshold?: number;
          amount: number;
          book_id?: string;
          covers_all?: boolean;
          created_at?: string;
          created_by?: string | null;
          ends_on?: string | null;
          id?: string;
          is_active?: boolean;
          name: string;
          number: number;
          period: Database["public"]["Enums"]["budget_period"];
          rollover?: boolean;
          starts_on: string;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          alert_threshold?: number;
          amount?: number;
          book_id?: string;
          covers_all?: boolean;
          created_at?: string;
          created_by?: string | null;
          ends_on?: string | null;
          id?: string;
          is_active?: boolean;
          name?: string;
          number?: number;
          period?: Database["public"]["Enums"]["budget_period"];
          rollover?: boolean;
          starts_on?: string;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "budgets_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
      categories: {
        Row: {
          book_id: string;
          color: string | null;
          created_at: string;
          created_by: string | null;
          description: string | null;
          icon: string | null;
          id: string;
          is_active: boolean;
          kind: Database["public"]["Enums"]["category_kind"];
          name: string;
          nature: Database["public"]["Enums"]["category_nature"] | null;
          number: number;
          parent_id: string | null;
          position: number;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          book_id?: string;
          color?: string | null;
          created_at?: string;
          created_by?: string | null;
          description?: string | null;
          icon?: string | null;
          id?: string;
          is_active?: boolean;
          kind?: Database["public"]["Enums"]["category_kind"];
          name: string;
          nature?: Database["public"]["Enums"]["category_nature"] | null;
          number?: number;
          parent_id?: string | null;
          position?: number;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          book_id?: string;
          color?: string | null;
          created_at?: string;
          created_by?: string | null;
          description?: string | null;
          icon?: string | null;
          id?: string;
          is_active?: boolean;
          kind?: Database["public"]["Enums"]["category_kind"];
          name?: string;
          nature?: Database["public"]["Enums"]["category_nature"] | null;
          number?: number;
          parent_id?: string | null;
          position?: number;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "categories_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "categories_parent_id_fkey";
            columns: ["book_id", "parent_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      category_catalogue: {
        Row: {
          color: string | null;
          created_at: string;
          description: string | null;
          icon: string | null;
          id: string;
          is_active: boolean;
          kind: Database["public"]["Enums"]["category_kind"];
          name: string;
          nature: Database["public"]["Enums"]["category_nature"] | null;
          parent_id: string | null;
          position: number;
          updated_at: string;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          color?: string | null;
          created_at?: string;
          description?: string | null;
          icon?: string | null;
          id?: string;
          is_active?: boolean;
          kind?: Database["public"]["Enums"]["category_kind"];
          name: string;
          nature?: Database["public"]["Enums"]["category_nature"] | null;
          parent_id?: string | null;
          position?: number;
          updated_at?: string;
          version?: number;
        };
        Update: {
          color?: string | null;
          created_at?: string;
          description?: string | null;
          icon?: string | null;
          id?: string;
          is_active?: boolean;
          kind?: Database["public"]["Enums"]["category_kind"];
          name?: string;
          nature?: Database["public"]["Enums"]["category_nature"] | null;
          parent_id?: string | null;
          position?: number;
          updated_at?: string;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "category_catalogue_parent_id_fkey";
            columns: ["parent_id"];
            isOneToOne: false;
            referencedRelation: "category_catalogue";
            referencedColumns: ["id"];
          },
        ];
      };
      changes: {
        Row: {
          before: Json | null;
          book_id: string;
          changed_at: string;
          changed_by: string | null;
          id: number;
          op: Database["public"]["Enums"]["change_op"];
          row_id: string;
          table_name: string;
          xid: unknown;
        };
        ComputedFields: never;
        Insert: {
          before?: Json | null;
          book_id: string;
          changed_at?: string;
          changed_by?: string | null;
          id?: never;
          op: Database["public"]["Enums"]["change_op"];
          row_id: string;
          table_name: string;
          xid?: unknown;
        };
        Update: {
          before?: Json | null;
          book_id?: string;
          changed_at?: string;
          changed_by?: string | null;
          id?: never;
          op?: Database["public"]["Enums"]["change_op"];
          row_id?: string;
          table_name?: string;
          xid?: unknown;
        };
        Relationships: [
          {
            foreignKeyName: "changes_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
      currencies: {
        Row: {
          code: string;
          decimals: number;
          name: string;
          symbol: string;
        };
        ComputedFields: never;
        Insert: {
          code: string;
          decimals: number;
          name: string;
          symbol: string;
        };
        Update: {
          code?: string;
          decimals?: number;
          name?: string;
          symbol?: string;
        };
        Relationships: [];
      };
      debts: {
        Row: {
          account_id: string;
          book_id: string;
          created_at: string;
          created_by: string | null;
          id: string;
          interest_rate: number;
          monthly_payment: number | null;
          name: string;
          notes: string | null;
          number: number;
          principal: number;
          reminded_through: string | null;
          reminder_days: number | null;
          starts_on: string;
          type: Database["public"]["Enums"]["debt_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          account_id: string;
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          interest_rate?: number;
          monthly_payment?: number | null;
          name: string;
          notes?: string | null;
          number: number;
          principal: number;
          reminded_through?: string | null;
          reminder_days?: number | null;
          starts_on: string;
          type: Database["public"]["Enums"]["debt_type"];
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          account_id?: string;
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          interest_rate?: number;
          monthly_payment?: number | null;
          name?: string;
          notes?: string | null;
          number?: number;
          principal?: number;
          reminded_through?: string | null;
          reminder_days?: number | null;
          starts_on?: string;
          type?: Database["public"]["Enums"]["debt_type"];
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "debts_account_id_fkey";
            columns: ["book_id", "account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "debts_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
      exchange_rates: {
        Row: {
          base_currency: string;
          quote_currency: string;
          rate: number;
          source: string;
          valid_on: string;
        };
        ComputedFields: never;
        Insert: {
          base_currency?: string;
          quote_currency: string;
          rate: number;
          source: string;
          valid_on: string;
        };
        Update: {
          base_currency?: string;
          quote_currency?: string;
          rate?: number;
          source?: string;
          valid_on?: string;
        };
        Relationships: [
          {
            foreignKeyName: "exchange_rates_base_currency_fkey";
            columns: ["base_currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
          {
            foreignKeyName: "exchange_rates_quote_currency_fkey";
            columns: ["quote_currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
        ];
      };
      goal_contributions: {
        Row: {
          amount: number;
          book_id: string;
          contributed_on: string;
          created_at: string;
          created_by: string | null;
          goal_id: string;
          id: string;
          note: string | null;
          number: number;
          transaction_id: string | null;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          book_id?: string;
          contributed_on?: string;
          created_at?: string;
          created_by?: string | null;
          goal_id: string;
          id?: string;
          note?: string | null;
          number: number;
          transaction_id?: string | null;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          amount?: number;
          book_id?: string;
          contributed_on?: string;
          created_at?: string;
          created_by?: string | null;
          goal_id?: string;
          id?: string;
          note?: string | null;
          number?: number;
          transaction_id?: string | null;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "goal_contributions_goal_id_fkey";
            columns: ["book_id", "goal_id"];
            isOneToOne: false;
            referencedRelation: "goal_statuses";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "goal_contributions_goal_id_fkey";
            columns: ["book_id", "goal_id"];
            isOneToOne: false;
            referencedRelation: "goals";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "goal_contributions_transaction_id_fkey";
            columns: ["book_id", "transaction_id"];
            isOneToOne: false;
            referencedRelation: "transactions";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      goal_milestones: {
        Row: {
          book_id: string;
          goal_id: string;
          percentage: number;
          reached_on: string;
        };
        ComputedFields: never;
        Insert: {
          book_id: string;
          goal_id: string;
          percentage: number;
          reached_on: string;
        };
        Update: {
          book_id?: string;
          goal_id?: string;
          percentage?: number;
          reached_on?: string;
        };
        Relationships: [
          {
            foreignKeyName: "goal_milestones_goal_id_fkey";
            columns: ["book_id", "goal_id"];
            isOneToOne: false;
            referencedRelation: "goal_statuses";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "goal_milestones_goal_id_fkey";
            columns: ["book_id", "goal_id"];
            isOneToOne: false;
            referencedRelation: "goals";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      goals: {
        Row: {
          account_id: string | null;
          book_id: string;
          created_at: string;
          created_by: string | null;
          currency: string;
          description: string | null;
          follows_balance: boolean;
          id: string;
          initial_amount: number;
          monthly_contribution: number | null;
          name: string;
          number: number;
          starts_on: string;
          status: Database["public"]["Enums"]["goal_status"];
          target_amount: number;
          target_on: string | null;
          type: Database["public"]["Enums"]["goal_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          account_id?: string | null;
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          currency: string;
          description?: string | null;
          follows_balance?: boolean;
          id?: string;
          initial_amount?: number;
          monthly_contribution?: number | null;
          name: string;
          number: number;
          starts_on?: string;
          status?: Database["public"]["Enums"]["goal_status"];
          target_amount: number;
          target_on?: string | null;
          type?: Database["public"]["Enums"]["goal_type"];
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          account_id?: string | null;
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          currency?: string;
          description?: string | null;
          follows_balance?: boolean;
          id?: string;
          initial_amount?: number;
          monthly_contribution?: number | null;
          name?: string;
          number?: number;
          starts_on?: string;
          status?: Database["public"]["Enums"]["goal_status"];
          target_amount?: number;
          target_on?: string | null;
          type?: Database["public"]["Enums"]["goal_type"];
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "goals_account_id_fkey";
            columns: ["book_id", "account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "goals_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "goals_currency_fkey";
            columns: ["currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
        ];
      };
      import_rows: {
        Row: {
          account: string | null;
          account_id: string | null;
          amount: number | null;
          book_id: string;
          booked_on: string | null;
          category: string | null;
          category_id: string | null;
          counterpart_id: string | null;
          currency: string | null;
          description: string | null;
          external_id: string | null;
          id: string;
          import_id: string;
          include: boolean | null;
          is_pending: boolean;
          key: string | null;
          label_ids: string[];
          line: number;
          notes: string | null;
          original_amount: number | null;
          original_currency: string | null;
          outcome: Database["public"]["Enums"]["import_outcome"];
          payee_id: string | null;
          payer: string | null;
          payment_type: Database["public"]["Enums"]["payment_type"];
          position: number;
          raw: string;
          reason: string | null;
          transaction_id: string | null;
        };
        ComputedFields: never;
        Insert: {
          account?: string | null;
          account_id?: string | null;
          amount?: number | null;
          book_id: string;
          booked_on?: string | null;
          category?: string | null;
          category_id?: string | null;
          counterpart_id?: string | null;
          currency?: string | null;
          description?: string | null;
          external_id?: string | null;
          id?: string;
          import_id: string;
          include?: boolean | null;
          is_pending?: boolean;
          key?: string | null;
          label_ids?: string[];
          line: number;
          notes?: string | null;
          original_amount?: number | null;
          original_currency?: string | null;
          outcome?: Database["public"]["Enums"]["import_outcome"];
          payee_id?: string | null;
          payer?: string | null;
          payment_type?: Database["public"]["Enums"]["payment_type"];
          position: number;
          raw: string;
          reason?: string | null;
          transaction_id?: string | null;
        };
        Update: {
          account?: string | null;
          account_id?: string | null;
          amount?: number | null;
          book_id?: string;
          booked_on?: string | null;
          category?: string | null;
          category_id?: string | null;
          counterpart_id?: string | null;
          currency?: string | null;
          description?: string | null;
          external_id?: string | null;
          id?: string;
          import_id?: string;
          include?: boolean | null;
          is_pending?: boolean;
          key?: string | null;
          label_ids?: string[];
          line?: number;
          notes?: string | null;
          original_amount?: number | null;
          original_currency?: string | null;
          outcome?: Database["public"]["Enums"]["import_outcome"];
          payee_id?: string | null;
          payer?: string | null;
          payment_type?: Database["public"]["Enums"]["payment_type"];
          position?: number;
          raw?: string;
          reason?: string | null;
          transaction_id?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "import_rows_import_id_fkey";
            columns: ["book_id", "import_id"];
            isOneToOne: false;
            referencedRelation: "imports";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      imports: {
        Row: {
          account_id: string | null;
          accounts: NonNullable<Json>;
          balances: NonNullable<Json>;
          book_id: string;
          commit_xid: unknown;
          committed_at: string | null;
          created_at: string;
          created_by: string | null;
          detected: NonNullable<Json>;
          duplicate_count: number;
          error: Json | null;
          error_count: number;
          file_name: string;
          file_size: number;
          first_on: string | null;
          format: string | null;
          id: string;
          imported_count: number;
          last_on: string | null;
          left_out_count: number;
          line_count: number;
          mapping: NonNullable<Json>;
          money_in: number;
          money_out: number;
          notes: NonNullable<Json>;
          number: number;
          read_at: string | null;
          ready_count: number;
          sha256: string;
          status: Database["public"]["Enums"]["import_status"];
          task_id: string | null;
          undone_at: string | null;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          account_id?: string | null;
          accounts?: NonNullable<Json>;
          balances?: NonNullable<Json>;
          book_id: string;
          commit_xid?: unknown;
          committed_at?: string | null;
          created_at?: string;
          created_by?: string | null;
          detected?: NonNullable<Json>;
          duplicate_count?: number;
          error?: Json | null;
          error_count?: number;
          file_name: string;
          file_size: number;
          first_on?: string | null;
          format?: string | null;
          id?: string;
          imported_count?: number;
          last_on?: string | null;
          left_out_count?: number;
          line_count?: number;
          mapping?: NonNullable<Json>;
          money_in?: number;
          money_out?: number;
          notes?: NonNullable<Json>;
          number?: number;
          read_at?: string | null;
          ready_count?: number;
          sha256: string;
          status?: Database["public"]["Enums"]["import_status"];
          task_id?: string | null;
          undone_at?: string | null;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          account_id?: string | null;
          accounts?: NonNullable<Json>;
          balances?: NonNullable<Json>;
          book_id?: string;
          commit_xid?: unknown;
          committed_at?: string | null;
          created_at?: string;
          created_by?: string | null;
          detected?: NonNullable<Json>;
          duplicate_count?: number;
          error?: Json | null;
          error_count?: number;
          file_name?: string;
          file_size?: number;
          first_on?: string | null;
          format?: string | null;
          id?: string;
          imported_count?: number;
          last_on?: string | null;
          left_out_count?: number;
          line_count?: number;
          mapping?: NonNullable<Json>;
          money_in?: number;
          money_out?: number;
          notes?: NonNullable<Json>;
          number?: number;
          read_at?: string | null;
          ready_count?: number;
          sha256?: string;
          status?: Database["public"]["Enums"]["import_status"];
          task_id?: string | null;
          undone_at?: string | null;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "imports_account_id_fkey";
            columns: ["book_id", "account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "imports_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
      labels: {
        Row: {
          book_id: string;
          color: string | null;
          created_at: string;
          created_by: string | null;
          id: string;
          name: string;
          number: number;
          updated_at: string;
          updated_by: string | null;
          version: number;
          usage_count: number | null;
        };
        ComputedFields: "usage_count";
        Insert: {
          book_id?: string;
          color?: string | null;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          name: string;
          number?: number;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          book_id?: string;
          color?: string | null;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          name?: string;
          number?: number;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "labels_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
      notification_preferences: {
        Row: {
          created_at: string;
          email: boolean;
          in_app: boolean;
          type: Database["public"]["Enums"]["notification_type"];
          updated_at: string;
          user_id: string;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          email?: boolean;
          in_app?: boolean;
          type: Database["public"]["Enums"]["notification_type"];
          updated_at?: string;
          user_id?: string;
          version?: number;
        };
        Update: {
          created_at?: string;
          email?: boolean;
          in_app?: boolean;
          type?: Database["public"]["Enums"]["notification_type"];
          updated_at?: string;
          user_id?: string;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "notification_preferences_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      notifications: {
        Row: {
          action_url: string | null;
          book_id: string;
          created_at: string;
          details: NonNullable<Json>;
          email_queued_at: string | null;
          id: string;
          in_app: boolean;
          is_read: boolean;
          message: string;
          occasion: string;
          read_at: string | null;
          title: string;
          type: Database["public"]["Enums"]["notification_type"];
          user_id: string;
        };
        ComputedFields: never;
        Insert: {
          action_url?: string | null;
          book_id: string;
          created_at?: string;
          details?: NonNullable<Json>;
          email_queued_at?: string | null;
          id?: string;
          in_app: boolean;
          is_read?: boolean;
          message: string;
          occasion: string;
          read_at?: string | null;
          title: string;
          type: Database["public"]["Enums"]["notification_type"];
          user_id: string;
        };
        Update: {
          action_url?: string | null;
          book_id?: string;
          created_at?: string;
          details?: NonNullable<Json>;
          email_queued_at?: string | null;
          id?: string;
          in_app?: boolean;
          is_read?: boolean;
          message?: string;
          occasion?: string;
          read_at?: string | null;
          title?: string;
          type?: Database["public"]["Enums"]["notification_type"];
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "notifications_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "notifications_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      payees: {
        Row: {
          aliases: string[];
          book_id: string;
          created_at: string;
          created_by: string | null;
          default_category_id: string | null;
          id: string;
          name: string;
          number: number;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          aliases?: string[];
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          default_category_id?: string | null;
          id?: string;
          name: string;
          number?: number;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          aliases?: string[];
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          default_category_id?: string | null;
          id?: string;
          name?: string;
          number?: number;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "payees_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "payees_default_category_id_fkey";
            columns: ["book_id", "default_category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      profiles: {
        Row: {
          avatar_key: string | null;
          avatar_url: string | null;
          created_at: string;
          default_book_id: string | null;
          id: string;
          is_active: boolean;
          locale: string;
          name: string;
          updated_at: string;
          username: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          avatar_key?: string | null;
          avatar_url?: string | null;
          created_at?: string;
          default_book_id?: string | null;
          id: string;
          is_active?: boolean;
          locale?: string;
          name: string;
          updated_at?: string;
          username?: string | null;
          version?: number;
        };
        Update: {
          avatar_key?: string | null;
          avatar_url?: string | null;
          created_at?: string;
          default_book_id?: string | null;
          id?: string;
          is_active?: boolean;
          locale?: string;
          name?: string;
          updated_at?: string;
          username?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "profiles_default_book_id_fkey";
            columns: ["default_book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
      recurring_transactions: {
        Row: {
          account_id: string;
          amount: number;
          auto_create: boolean;
          book_id: string;
          category_id: string | null;
          continued_from_id: string | null;
          created_at: string;
          created_by: string | null;
          description: string | null;
          effective_on: string;
          ends_on: string | null;
          frequency: Database["public"]["Enums"]["recurrence_frequency"] | null;
          id: string;
          is_active: boolean;
          name: string;
          next_on: string | null;
          next_tick_on: string | null;
          number: number;
          payee_id: string | null;
          payer: string | null;
          payment_type: Database["public"]["Enums"]["payment_type"];
          posted_through: string;
          reminded_through: string;
          reminder_days: number | null;
          rrule: string | null;
          skipped_on: string[];
          starts_on: string;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
          weekend_policy: Database["public"]["Enums"]["weekend_policy"];
        };
        ComputedFields: never;
        Insert: {
          account_id: string;
          amount: number;
          auto_create?: boolean;
          book_id?: string;
          category_id?: string | null;
          continued_from_id?: string | null;
          created_at?: string;
          created_by?: string | null;
          description?: string | null;
          effective_on: string;
          ends_on?: string | null;
          frequency?: Database["public"]["Enums"]["recurrence_frequency"] | null;
          id?: string;
          is_active?: boolean;
          name: string;
          next_on?: string | null;
          next_tick_on?: string | null;
          number: number;
          payee_id?: string | null;
          payer?: string | null;
          payment_type?: Database["public"]["Enums"]["payment_type"];
          posted_through: string;
          reminded_through: string;
          reminder_days?: number | null;
          rrule?: string | null;
          skipped_on?: string[];
          starts_on: string;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
          weekend_policy?: Database["public"]["Enums"]["weekend_policy"];
        };
        Update: {
          account_id?: string;
          amount?: number;
          auto_create?: boolean;
          book_id?: string;
          category_id?: string | null;
          continued_from_id?: string | null;
          created_at?: string;
          created_by?: string | null;
          description?: string | null;
          effective_on?: string;
          ends_on?: string | null;
          frequency?: Database["public"]["Enums"]["recurrence_frequency"] | null;
          id?: string;
          is_active?: boolean;
          name?: string;
          next_on?: string | null;
          next_tick_on?: string | null;
          number?: number;
          payee_id?: string | null;
          payer?: string | null;
          payment_type?: Database["public"]["Enums"]["payment_type"];
          posted_through?: string;
          reminded_through?: string;
          reminder_days?: number | null;
          rrule?: string | null;
          skipped_on?: string[];
          starts_on?: string;
          type?: Database["public"]["Enums"]["transaction_type"];
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
          weekend_policy?: Database["public"]["Enums"]["weekend_policy"];
        };
        Relationships: [
          {
            foreignKeyName: "recurring_transactions_account_id_fkey";
            columns: ["book_id", "account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "recurring_transactions_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "recurring_transactions_category_id_fkey";
            columns: ["book_id", "category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "recurring_transactions_continued_from_id_fkey";
            columns: ["book_id", "continued_from_id"];
            isOneToOne: false;
            referencedRelation: "recurring_transactions";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "recurring_transactions_payee_id_fkey";
            columns: ["book_id", "payee_id"];
            isOneToOne: false;
            referencedRelation: "payees";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      rules: {
        Row: {
          add_label_ids: string[];
          book_id: string;
          conditions: NonNullable<Json>;
          created_at: string;
          created_by: string | null;
          id: string;
          ignore: boolean;
          is_active: boolean;
          name: string;
          number: number;
          position: number;
          set_category_id: string | null;
          set_payee_id: string | null;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          add_label_ids?: string[];
          book_id?: string;
          conditions: NonNullable<Json>;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          ignore?: boolean;
          is_active?: boolean;
          name: string;
          number: number;
          position?: number;
          set_category_id?: string | null;
          set_payee_id?: string | null;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          add_label_ids?: string[];
          book_id?: string;
          conditions?: NonNullable<Json>;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          ignore?: boolean;
          is_active?: boolean;
          name?: string;
          number?: number;
          position?: number;
          set_category_id?: string | null;
          set_payee_id?: string | null;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "rules_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "rules_set_category_id_fkey";
            columns: ["book_id", "set_category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "rules_set_payee_id_fkey";
            columns: ["book_id", "set_payee_id"];
            isOneToOne: false;
            referencedRelation: "payees";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      subscriptions: {
        Row: {
          created_at: string;
          ends_at: string | null;
          granted_by: string | null;
          id: string;
          plan: string;
          revoked_at: string | null;
          revoked_by: string | null;
          started_at: string;
          status: Database["public"]["Enums"]["subscription_status"];
          updated_at: string;
          user_id: string;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          ends_at?: string | null;
          granted_by?: string | null;
          id?: string;
          plan: string;
          revoked_at?: string | null;
          revoked_by?: string | null;
          started_at?: string;
          status?: Database["public"]["Enums"]["subscription_status"];
          updated_at?: string;
          user_id: string;
          version?: number;
        };
        Update: {
          created_at?: string;
          ends_at?: string | null;
          granted_by?: string | null;
          id?: string;
          plan?: string;
          revoked_at?: string | null;
          revoked_by?: string | null;
          started_at?: string;
          status?: Database["public"]["Enums"]["subscription_status"];
          updated_at?: string;
          user_id?: string;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "subscriptions_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      tasks: {
        Row: {
          book_id: string;
          created_by: string | null;
          error: Json | null;
          finished_at: string | null;
          heartbeat_at: string | null;
          id: string;
          kind: Database["public"]["Enums"]["task_kind"];
          message: string | null;
          number: number;
          parameters: NonNullable<Json>;
          progress: number;
          queued_at: string;
          result: Json | null;
          started_at: string | null;
          status: Database["public"]["Enums"]["task_status"];
          version: number;
        };
        ComputedFields: never;
        Insert: {
          book_id: string;
          created_by?: string | null;
          error?: Json | null;
          finished_at?: string | null;
          heartbeat_at?: string | null;
          id?: string;
          kind: Database["public"]["Enums"]["task_kind"];
          message?: string | null;
          number: number;
          parameters?: NonNullable<Json>;
          progress?: number;
          queued_at?: string;
          result?: Json | null;
          started_at?: string | null;
          status?: Database["public"]["Enums"]["task_status"];
          version?: number;
        };
        Update: {
          book_id?: string;
          created_by?: string | null;
          error?: Json | null;
          finished_at?: string | null;
          heartbeat_at?: string | null;
          id?: string;
          kind?: Database["public"]["Enums"]["task_kind"];
          message?: string | null;
          number?: number;
          parameters?: NonNullable<Json>;
          progress?: number;
          queued_at?: string;
          result?: Json | null;
          started_at?: string | null;
          status?: Database["public"]["Enums"]["task_status"];
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "tasks_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
      transaction_labels: {
        Row: {
          book_id: string;
          created_at: string;
          created_by: string | null;
          id: string;
          label_id: string;
          transaction_id: string;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          label_id: string;
          transaction_id: string;
          version?: number;
        };
        Update: {
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          label_id?: string;
          transaction_id?: string;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "transaction_labels_label_id_fkey";
            columns: ["book_id", "label_id"];
            isOneToOne: false;
            referencedRelation: "labels";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "transaction_labels_transaction_id_fkey";
            columns: ["book_id", "transaction_id"];
            isOneToOne: false;
            referencedRelation: "transactions";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      transaction_splits: {
        Row: {
          account_id: string;
          amount: number;
          base_rate: number | null;
          book_id: string;
          booked_on: string;
          category_id: string | null;
          created_at: string;
          created_by: string | null;
          description: string | null;
          id: string;
          payee_id: string | null;
          payer: string | null;
          payment_type: Database["public"]["Enums"]["payment_type"];
          position: number;
          transaction_id: string;
          transaction_number: number;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          account_id?: string;
          amount: number;
          base_rate?: number | null;
          book_id?: string;
          booked_on?: string;
          category_id?: string | null;
          created_at?: string;
          created_by?: string | null;
          description?: string | null;
          id?: string;
          payee_id?: string | null;
          payer?: string | null;
          payment_type?: Database["public"]["Enums"]["payment_type"];
          position?: number;
          transaction_id: string;
          transaction_number?: number;
          type?: Database["public"]["Enums"]["transaction_type"];
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          account_id?: string;
          amount?: number;
          base_rate?: number | null;
          book_id?: string;
          booked_on?: string;
          category_id?: string | null;
          created_at?: string;
          created_by?: string | null;
          description?: string | null;
          id?: string;
          payee_id?: string | null;
          payer?: string | null;
          payment_type?: Database["public"]["Enums"]["payment_type"];
          position?: number;
          transaction_id?: string;
          transaction_number?: number;
          type?: Database["public"]["Enums"]["transaction_type"];
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "splits";
            columns: ["book_id", "transaction_id"];
            isOneToOne: false;
            referencedRelation: "transactions";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "transaction_splits_category_id_fkey";
            columns: ["book_id", "category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      transactions: {
        Row: {
          account_id: string;
          amount: number;
          base_amount: number | null;
          base_rate: number | null;
          book_id: string;
          booked_on: string;
          category_id: string | null;
          created_at: string;
          created_by: string | null;
          currency: string;
          debt_id: string | null;
          description: string | null;
          due_on: string | null;
          external_id: string | null;
          fee: number;
          id: string;
          import_id: string | null;
          is_split: boolean;
          latitude: number | null;
          longitude: number | null;
          notes: string | null;
          number: number;
          original_amount: number | null;
          original_currency: string | null;
          original_rate: number | null;
          payee_id: string | null;
          payer: string | null;
          payment_status: Database["public"]["Enums"]["payment_status"];
          payment_type: Database["public"]["Enums"]["payment_type"];
          recurring_transaction_id: string | null;
          reported_amount: number;
          signed_amount: number;
          transfer_id: string | null;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          account_id: string;
          amount: number;
          base_amount?: never;
          base_rate?: number | null;
          book_id?: string;
          booked_on: string;
          category_id?: string | null;
          created_at?: string;
          created_by?: string | null;
          currency?: string;
          debt_id?: string | null;
          description?: string | null;
          due_on?: string | null;
          external_id?: string | null;
          fee?: number;
          id?: string;
          import_id?: string | null;
          is_split?: boolean;
          latitude?: number | null;
          longitude?: number | null;
          notes?: string | null;
          number?: number;
          original_amount?: number | null;
          original_currency?: string | null;
          original_rate?: number | null;
          payee_id?: string | null;
          payer?: string | null;
          payment_status?: Database["public"]["Enums"]["payment_status"];
          payment_type?: Database["public"]["Enums"]["payment_type"];
          recurring_transaction_id?: string | null;
          reported_amount?: never;
          signed_amount?: never;
          transfer_id?: string | null;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          account_id?: string;
          amount?: number;
          base_amount?: never;
          base_rate?: number | null;
          book_id?: string;
          booked_on?: string;
          category_id?: string | null;
          created_at?: string;
          created_by?: string | null;
          currency?: string;
          debt_id?: string | null;
          description?: string | null;
          due_on?: string | null;
          external_id?: string | null;
          fee?: number;
          id?: string;
          import_id?: string | null;
          is_split?: boolean;
          latitude?: number | null;
          longitude?: number | null;
          notes?: string | null;
          number?: number;
          original_amount?: number | null;
          original_currency?: string | null;
          original_rate?: number | null;
          payee_id?: string | null;
          payer?: string | null;
          payment_status?: Database["public"]["Enums"]["payment_status"];
          payment_type?: Database["public"]["Enums"]["payment_type"];
          recurring_transaction_id?: string | null;
          reported_amount?: never;
          signed_amount?: never;
          transfer_id?: string | null;
          type?: Database["public"]["Enums"]["transaction_type"];
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "transactions_account_id_fkey";
            columns: ["book_id", "account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "transactions_category_id_fkey";
            columns: ["book_id", "category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "transactions_debt_id_fkey";
            columns: ["book_id", "debt_id"];
            isOneToOne: false;
            referencedRelation: "debt_statuses";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "transactions_debt_id_fkey";
            columns: ["book_id", "debt_id"];
            isOneToOne: false;
            referencedRelation: "debts";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "transactions_import_id_fkey";
            columns: ["book_id", "import_id"];
            isOneToOne: false;
            referencedRelation: "imports";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "transactions_original_currency_fkey";
            columns: ["original_currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
          {
            foreignKeyName: "transactions_payee_id_fkey";
            columns: ["book_id", "payee_id"];
            isOneToOne: false;
            referencedRelation: "payees";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "transactions_recurring_transaction_id_fkey";
            columns: ["book_id", "recurring_transaction_id"];
            isOneToOne: false;
            referencedRelation: "recurring_transactions";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "transactions_transfer_id_fkey";
            columns: ["book_id", "transfer_id"];
            isOneToOne: false;
            referencedRelation: "transfers";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      transfers: {
        Row: {
          amount: number;
          book_id: string;
          booked_on: string;
          created_at: string;
          created_by: string | null;
          fee: number;
          fee_category_id: string | null;
          from_account_id: string;
          id: string;
          note: string | null;
          number: number;
          rate: number;
          received_amount: number;
          to_account_id: string;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          book_id?: string;
          booked_on: string;
          created_at?: string;
          created_by?: string | null;
          fee?: number;
          fee_category_id?: string | null;
          from_account_id: string;
          id?: string;
          note?: string | null;
          number?: number;
          rate?: number;
          received_amount?: number;
          to_account_id: string;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Update: {
          amount?: number;
          book_id?: string;
          booked_on?: string;
          created_at?: string;
          created_by?: string | null;
          fee?: number;
          fee_category_id?: string | null;
          from_account_id?: string;
          id?: string;
          note?: string | null;
          number?: number;
          rate?: number;
          received_amount?: number;
          to_account_id?: string;
          updated_at?: string;
          updated_by?: string | null;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "transfers_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "transfers_fee_category_id_fkey";
            columns: ["book_id", "fee_category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "transfers_from_account_id_fkey";
            columns: ["book_id", "from_account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "transfers_to_account_id_fkey";
            columns: ["book_id", "to_account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      webhook_deliveries: {
        Row: {
          attempts: NonNullable<Json>;
          body: NonNullable<Json>;
          book_id: string;
          created_at: string;
          event: Database["public"]["Enums"]["webhook_event"];
          finished_at: string | null;
          id: string;
          next_attempt_at: string | null;
          status: Database["public"]["Enums"]["delivery_status"];
          webhook_id: string;
        };
        ComputedFields: never;
        Insert: {
          attempts?: NonNullable<Json>;
          body: NonNullable<Json>;
          book_id: string;
          created_at?: string;
          event: Database["public"]["Enums"]["webhook_event"];
          finished_at?: string | null;
          id: string;
          next_attempt_at?: string | null;
          status?: Database["public"]["Enums"]["delivery_status"];
          webhook_id: string;
        };
        Update: {
          attempts?: NonNullable<Json>;
          body?: NonNullable<Json>;
          book_id?: string;
          created_at?: string;
          event?: Database["public"]["Enums"]["webhook_event"];
          finished_at?: string | null;
          id?: string;
          next_attempt_at?: string | null;
          status?: Database["public"]["Enums"]["delivery_status"];
          webhook_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "webhook_deliveries_book_id_webhook_id_fkey";
            columns: ["book_id", "webhook_id"];
            isOneToOne: false;
            referencedRelation: "webhooks";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      webhooks: {
        Row: {
          book_id: string;
          created_at: string;
          created_by: string | null;
          description: string;
          events: Database["public"]["Enums"]["webhook_event"][];
          failing_since: string | null;
          id: string;
          is_active: boolean;
          secret: string;
          updated_at: string;
          updated_by: string | null;
          url: string;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          description?: string;
          events: Database["public"]["Enums"]["webhook_event"][];
          failing_since?: string | null;
          id?: string;
          is_active?: boolean;
          secret?: string;
          updated_at?: string;
          updated_by?: string | null;
          url: string;
          version?: number;
        };
        Update: {
          book_id?: string;
          created_at?: string;
          created_by?: string | null;
          description?: string;
          events?: Database["public"]["Enums"]["webhook_event"][];
          failing_since?: string | null;
          id?: string;
          is_active?: boolean;
          secret?: string;
          updated_at?: string;
          updated_by?: string | null;
          url?: string;
          version?: number;
        };
        Relationships: [
          {
            foreignKeyName: "webhooks_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Views: {
      balance_assertion_statuses: {
        Row: {
          account_id: string;
          balance: number | null;
          book_id: string;
          booked_on: string;
          difference: number | null;
          holds: boolean | null;
          id: string;
          new_difference: number | null;
          number: number;
          previous_on: string | null;
          stated_balance: number;
        };
        ComputedFields: never;
        Insert: {
          account_id?: string | null;
          balance?: number | null;
          book_id?: string | null;
          booked_on?: string | null;
          difference?: number | null;
          holds?: boolean | null;
          id?: string | null;
          new_difference?: number | null;
          number?: number | null;
          previous_on?: string | null;
          stated_balance?: number | null;
        };
        Update: {
          account_id?: string | null;
          balance?: number | null;
          book_id?: string | null;
          booked_on?: string | null;
          difference?: number | null;
          holds?: boolean | null;
          id?: string | null;
          new_difference?: number | null;
          number?: number | null;
          previous_on?: string | null;
          stated_balance?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "balance_assertions_account_id_fkey";
            columns: ["book_id", "account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
        ];
      };
      budget_statuses: {
        Row: {
          alert_threshold: number;
          alert_triggered: boolean | null;
          amount: number;
          available: number | null;
          book_id: string;
          carried: number | null;
          covers_all: boolean;
          ends_on: string | null;
          id: string;
          is_active: boolean;
          missing_rates: number | null;
          name: string;
          number: number;
          percentage: number | null;
          period: Database["public"]["Enums"]["budget_period"];
          period_end: string | null;
          period_start: string | null;
          remaining: number | null;
          rollover: boolean;
          spent: number | null;
          starts_on: string;
          status: Database["public"]["Enums"]["budget_status"] | null;
        };
        ComputedFields: never;
        Insert: {
          alert_threshold?: number | null;
          alert_triggered?: boolean | null;
          amount?: number | null;
          available?: number | null;
          book_id?: string | null;
          carried?: number | null;
          covers_all?: boolean | null;
          ends_on?: string | null;
          id?: string | null;
          is_active?: boolean | null;
          missing_rates?: number | null;
          name?: string | null;
          number?: number | null;
          percentage?: number | null;
          period?: Database["public"]["Enums"]["budget_period"] | null;
          period_end?: string | null;
          period_start?: string | null;
          remaining?: number | null;
          rollover?: boolean | null;
          spent?: number | null;
          starts_on?: string | null;
          status?: Database["public"]["Enums"]["budget_status"] | null;
        };
        Update: {
          alert_threshold?: number | null;
          alert_triggered?: boolean | null;
          amount?: number | null;
          available?: number | null;
          book_id?: string | null;
          carried?: number | null;
          covers_all?: boolean | null;
          ends_on?: string | null;
          id?: string | null;
          is_active?: boolean | null;
          missing_rates?: number | null;
          name?: string | null;
          number?: number | null;
          percentage?: number | null;
          period?: Database["public"]["Enums"]["budget_period"] | null;
          period_end?: string | null;
          period_start?: string | null;
          remaining?: number | null;
          rollover?: boolean | null;
          spent?: number | null;
          starts_on?: string | null;
          status?: Database["public"]["Enums"]["budget_status"] | null;
        };
        Relationships: [
          {
            foreignKeyName: "budgets_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
      debt_statuses: {
        Row: {
          account_id: string;
          book_id: string;
          currency: string;
          current_balance: number | null;
          id: string;
          interest_added: number | null;
          interest_rate: number;
          monthly_payment: number | null;
          name: string;
          next_payment_on: string | null;
          number: number;
          paid: number | null;
          payoff_on: string | null;
          percentage: number | null;
          principal: number;
          remaining_months: number | null;
          starts_on: string;
          type: Database["public"]["Enums"]["debt_type"];
        };
        ComputedFields: never;
        Insert: {
          account_id?: string | null;
          book_id?: string | null;
          currency?: string | null;
          current_balance?: number | null;
          id?: string | null;
          interest_added?: number | null;
          interest_rate?: number | null;
          monthly_payment?: number | null;
          name?: string | null;
          next_payment_on?: string | null;
          number?: number | null;
          paid?: number | null;
          payoff_on?: string | null;
          percentage?: number | null;
          principal?: number | null;
          remaining_months?: number | null;
          starts_on?: string | null;
          type?: Database["public"]["Enums"]["debt_type"] | null;
        };
        Update: {
          account_id?: string | null;
          book_id?: string | null;
          currency?: string | null;
          current_balance?: number | null;
          id?: string | null;
          interest_added?: number | null;
          interest_rate?: number | null;
          monthly_payment?: number | null;
          name?: string | null;
          next_payment_on?: string | null;
          number?: number | null;
          paid?: number | null;
          payoff_on?: string | null;
          percentage?: number | null;
          principal?: number | null;
          remaining_months?: number | null;
          starts_on?: string | null;
          type?: Database["public"]["Enums"]["debt_type"] | null;
        };
        Relationships: [
          {
            foreignKeyName: "accounts_currency_fkey";
            columns: ["currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
          {
            foreignKeyName: "debts_account_id_fkey";
            columns: ["book_id", "account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "debts_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
        ];
      };
      goal_statuses: {
        Row: {
          account_id: string | null;
          book_id: string;
          currency: string;
          current_amount: number | null;
          id: string;
          is_on_track: boolean | null;
          monthly_pace: number | null;
          name: string;
          number: number;
          percentage: number | null;
          projected_on: string | null;
          remaining: number | null;
          starts_on: string;
          status: Database["public"]["Enums"]["goal_status"];
          target_amount: number;
          target_on: string | null;
          type: Database["public"]["Enums"]["goal_type"];
        };
        ComputedFields: never;
        Insert: {
          account_id?: string | null;
          book_id?: string | null;
          currency?: string | null;
          current_amount?: number | null;
          id?: string | null;
          is_on_track?: boolean | null;
          monthly_pace?: number | null;
          name?: string | null;
          number?: number | null;
          percentage?: number | null;
          projected_on?: string | null;
          remaining?: number | null;
          starts_on?: string | null;
          status?: Database["public"]["Enums"]["goal_status"] | null;
          target_amount?: number | null;
          target_on?: string | null;
          type?: Database["public"]["Enums"]["goal_type"] | null;
        };
        Update: {
          account_id?: string | null;
          book_id?: string | null;
          currency?: string | null;
          current_amount?: number | null;
          id?: string | null;
          is_on_track?: boolean | null;
          monthly_pace?: number | null;
          name?: string | null;
          number?: number | null;
          percentage?: number | null;
          projected_on?: string | null;
          remaining?: number | null;
          starts_on?: string | null;
          status?: Database["public"]["Enums"]["goal_status"] | null;
          target_amount?: number | null;
          target_on?: string | null;
          type?: Database["public"]["Enums"]["goal_type"] | null;
        };
        Relationships: [
          {
            foreignKeyName: "goals_account_id_fkey";
            columns: ["book_id", "account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["book_id", "id"];
          },
          {
            foreignKeyName: "goals_book_id_fkey";
            columns: ["book_id"];
            isOneToOne: false;
            referencedRelation: "books";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "goals_currency_fkey";
            columns: ["currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
        ];
      };
      missing_rates: {
        Row: {
          amount: number | null;
          book_id: string;
          booked_on: string;
          currency: string;
          transaction_count: number | null;
        };
        ComputedFields: never;
        Insert: {
          amount?: number | null;
          book_id?: string | null;
          booked_on?: string | null;
          currency?: string | null;
          transaction_count?: number | null;
        };
        Update: {
          amount?: number | null;
          book_id?: string | null;
          booked_on?: string | null;
          currency?: string | null;
          transaction_count?: number | null;
        };
        Relationships: [];
      };
    };
    Functions: {
      accept_invitation: {
        Args: { invitation_id: string };
        Returns: {
          base_currency: string;
          created_at: string;
          created_by: string | null;
          first_day_of_month: number;
          first_day_of_week: number;
          id: string;
          name: string;
          timezone: string;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "books";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      accept_transfer: {
        Args: { counterpart_id: string; transaction_id: string };
        Returns: {
          amount: number;
          book_id: string;
          booked_on: string;
          created_at: string;
          created_by: string | null;
          fee: number;
          fee_category_id: string | null;
          from_account_id: string;
          id: string;
          note: string | null;
          number: number;
          rate: number;
          received_amount: number;
          to_account_id: string;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "transfers";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      account_count: {
        Args: {
          account_group: Omit<
            Database["public"]["Tables"]["account_groups"]["Row"],
            Database["public"]["Tables"]["account_groups"]["ComputedFields"]
          >;
        };
        Returns: number;
      };
      account_register: {
        Args: { account_id: string; cursor?: string; page_size?: number };
        Returns: {
          account_currency: string;
          amount: number;
          balance: number;
          booked_on: string;
          category_id: string;
          category_name: string;
          description: string;
          id: string;
          is_split: boolean;
          next_cursor: string;
          number: number;
          payee_id: string;
          payee_name: string;
          payer: string;
          payment_status: Database["public"]["Enums"]["payment_status"];
          payment_type: Database["public"]["Enums"]["payment_type"];
          signed_amount: number;
          transfer_id: string;
          type: Database["public"]["Enums"]["transaction_type"];
          version: number;
        }[];
      };
      apply_budget_template: {
        Args: {
          id?: string;
          income: unknown;
          period?: Database["public"]["Enums"]["budget_period"];
          starts_on?: string;
          template: string;
        };
        Returns: {
          alert_threshold: number;
          amount: number;
          book_id: string;
          covers_all: boolean;
          created_at: string;
          created_by: string | null;
          ends_on: string | null;
          id: string;
          is_active: boolean;
          name: string;
          number: number;
          period: Database["public"]["Enums"]["budget_period"];
          rollover: boolean;
          starts_on: string;
          updated_at: string;
          updated_by: string | null;
          version: number;
        }[];
        SetofOptions: {
          from: "*";
          to: "budgets";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      apply_rules: {
        Args: { from_date?: string; overwrite?: boolean; rule_ids?: string[]; to_date?: string };
        Returns: number;
      };
      balance_history: {
        Args: { account_id?: string; account_ids?: string[]; from_date?: string; interval?: string; to_date?: string };
        Returns: {
          account_currency: string;
          balance: number;
          change: number;
          ends_on: string;
          id: string;
          name: string;
          starts_on: string;
        }[];
      };
      budget_overview: {
        Args: { month?: string };
        Returns: {
          amount: number;
          available: number;
          budget_id: string;
          carried: number;
          missing_rates: number;
          name: string;
          percentage: number;
          period: Database["public"]["Enums"]["budget_period"];
          period_end: string;
          period_start: string;
          remaining: number;
          spent: number;
          status: Database["public"]["Enums"]["budget_status"];
        }[];
      };
      budget_templates: {
        Args: Record<PropertyKey, never>;
        Returns: {
          name: string;
          natures: Database["public"]["Enums"]["category_nature"][];
          percentage: number;
          place: number;
          template: string;
        }[];
      };
      budget_transactions: {
        Args: { budget_id: string; day?: string };
        Returns: {
          account_id: string;
          amount: number;
          base_amount: number | null;
          base_rate: number | null;
          book_id: string;
          booked_on: string;
          category_id: string | null;
          created_at: string;
          created_by: string | null;
          currency: string;
          debt_id: string | null;
          description: string | null;
          due_on: string | null;
          external_id: string | null;
          fee: number;
          id: string;
          import_id: string | null;
          is_split: boolean;
          latitude: number | null;
          longitude: number | null;
          notes: string | null;
          number: number;
          original_amount: number | null;
          original_currency: string | null;
          original_rate: number | null;
          payee_id: string | null;
          payer: string | null;
          payment_status: Database["public"]["Enums"]["payment_status"];
          payment_type: Database["public"]["Enums"]["payment_type"];
          recurring_transaction_id: string | null;
          reported_amount: number;
          signed_amount: number;
          transfer_id: string | null;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
        }[];
        SetofOptions: {
          from: "*";
          to: "transactions";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      bulk_delete_transactions: { Args: { ids: string[] }; Returns: string[] };
      cancel_task: {
        Args: { task_id: string };
        Returns: {
          book_id: string;
          created_by: string | null;
          error: Json | null;
          finished_at: string | null;
          heartbeat_at: string | null;
          id: string;
          kind: Database["public"]["Enums"]["task_kind"];
          message: string | null;
          number: number;
          parameters: NonNullable<Json>;
          progress: number;
          queued_at: string;
          result: Json | null;
          started_at: string | null;
          status: Database["public"]["Enums"]["task_status"];
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "tasks";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      cash_flow: {
        Args: {
          account_ids?: string[];
          category_ids?: string[];
          currency?: string;
          from_date?: string;
          interval?: string;
          label_ids?: string[];
          to_date?: string;
        };
        Returns: {
          ends_on: string;
          entry_count: number;
          expense: number;
          income: number;
          missing_rates: number;
          net: number;
          reporting_currency: string;
          savings_rate: number;
          starts_on: string;
        }[];
      };
      category_statistics: {
        Args: {
          account_ids?: string[];
          category_ids?: string[];
          currency?: string;
          from_date?: string;
          to_date?: string;
          type?: Database["public"]["Enums"]["transaction_type"];
        };
        Returns: {
          amount: number;
          average: number;
          category_id: string;
          category_name: string;
          change_percentage: number;
          entry_count: number;
          last_month: number;
          missing_rates: number;
          monthly_average: number;
          nature: Database["public"]["Enums"]["category_nature"];
          parent_id: string;
          percentage: number;
          previous_month: number;
          reporting_currency: string;
          trend: number;
        }[];
      };
      category_tree: {
        Args: Record<PropertyKey, never>;
        Returns: {
          color: unknown;
          depth: number;
          icon: string;
          id: string;
          is_active: boolean;
          kind: Database["public"]["Enums"]["category_kind"];
          name: string;
          nature: Database["public"]["Enums"]["category_nature"];
          parent_id: string;
          path: string[];
        }[];
      };
      change_recurrence_from: {
        Args: { changes: Json; from_date: string; id?: string; recurring_transaction_id: string };
        Returns: {
          account_id: string;
          amount: number;
          auto_create: boolean;
          book_id: string;
          category_id: string | null;
          continued_from_id: string | null;
          created_at: string;
          created_by: string | null;
          description: string | null;
          effective_on: string;
          ends_on: string | null;
          frequency: Database["public"]["Enums"]["recurrence_frequency"] | null;
          id: string;
          is_active: boolean;
          name: string;
          next_on: string | null;
          next_tick_on: string | null;
          number: number;
          payee_id: string | null;
          payer: string | null;
          payment_type: Database["public"]["Enums"]["payment_type"];
          posted_through: string;
          reminded_through: string;
          reminder_days: number | null;
          rrule: string | null;
          skipped_on: string[];
          starts_on: string;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
          weekend_policy: Database["public"]["Enums"]["weekend_policy"];
        };
        SetofOptions: {
          from: "*";
          to: "recurring_transactions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      changes_cursor: { Args: Record<PropertyKey, never>; Returns: string };
      changes_since: {
        Args: { cursor?: string; page_size?: number; table_names?: string[] };
        Returns: {
          after: Json;
          before: Json;
          changed_at: string;
          changed_by: string;
          next_cursor: string;
          op: Database["public"]["Enums"]["change_op"];
          row_id: string;
          table_name: string;
        }[];
      };
      commit_import: {
        Args: { import_id: string; set_initial_amount?: boolean };
        Returns: {
          account_id: string | null;
          accounts: NonNullable<Json>;
          balances: NonNullable<Json>;
          book_id: string;
          commit_xid: unknown;
          committed_at: string | null;
          created_at: string;
          created_by: string | null;
          detected: NonNullable<Json>;
          duplicate_count: number;
          error: Json | null;
          error_count: number;
          file_name: string;
          file_size: number;
          first_on: string | null;
          format: string | null;
          id: string;
          imported_count: number;
          last_on: string | null;
          left_out_count: number;
          line_count: number;
          mapping: NonNullable<Json>;
          money_in: number;
          money_out: number;
          notes: NonNullable<Json>;
          number: number;
          read_at: string | null;
          ready_count: number;
          sha256: string;
          status: Database["public"]["Enums"]["import_status"];
          task_id: string | null;
          undone_at: string | null;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "imports";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      contribute: {
        Args: {
          amount: unknown;
          contributed_on?: string;
          goal_id: string;
          id?: string;
          note?: string;
          transaction_id?: string;
        };
        Returns: {
          amount: number;
          book_id: string;
          contributed_on: string;
          created_at: string;
          created_by: string | null;
          goal_id: string;
          id: string;
          note: string | null;
          number: number;
          transaction_id: string | null;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "goal_contributions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      copy_default_categories: {
        Args: Record<PropertyKey, never>;
        Returns: {
          book_id: string;
          color: string | null;
          created_at: string;
          created_by: string | null;
          description: string | null;
          icon: string | null;
          id: string;
          is_active: boolean;
          kind: Database["public"]["Enums"]["category_kind"];
          name: string;
          nature: Database["public"]["Enums"]["category_nature"] | null;
          number: number;
          parent_id: string | null;
          position: number;
          updated_at: string;
          updated_by: string | null;
          version: number;
        }[];
        SetofOptions: {
          from: "*";
          to: "categories";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      create_book: {
        Args: { base_currency: string; id?: string; name: string; timezone?: string };
        Returns: {
          base_currency: string;
          created_at: string;
          created_by: string | null;
          first_day_of_month: number;
          first_day_of_week: number;
          id: string;
          name: string;
          timezone: string;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "books";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      dashboard: { Args: { currency?: string; month?: string }; Returns: Json };
      debt_payoff: {
        Args: { debt_id: string; extra_payment?: unknown };
        Returns: {
          interest: number;
          interest_saved: number;
          months: number;
          months_saved: number;
          payoff_on: string;
        }[];
      };
      decline_invitation: { Args: { invitation_id: string }; Returns: undefined };
      delete_category: {
        Args: { category_id: string; move_to?: string };
        Returns: {
          book_id: string;
          color: string | null;
          created_at: string;
          created_by: string | null;
          description: string | null;
          icon: string | null;
          id: string;
          is_active: boolean;
          kind: Database["public"]["Enums"]["category_kind"];
          name: string;
          nature: Database["public"]["Enums"]["category_nature"] | null;
          number: number;
          parent_id: string | null;
          position: number;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "categories";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      end_session: { Args: { session_id: string }; Returns: undefined };
      first_failing_assertions: {
        Args: Record<PropertyKey, never>;
        Returns: {
          account_id: string;
          account_name: string;
          booked_on: string;
          difference: number;
          previous_on: string;
        }[];
      };
      forecast: {
        Args: { account_ids?: string[]; currency?: string; interval?: string; to_date?: string };
        Returns: {
          balance: number;
          booked: number;
          ends_on: string;
          everyday: number;
          is_forecast: boolean;
          missing_rates: number;
          recurring: number;
          reporting_currency: string;
        }[];
      };
      goal_progress: {
        Args: { goal_id: string };
        Returns: {
          added: number;
          ends_on: string;
          is_projected: boolean;
          percentage: number;
          total: number;
        }[];
      };
      grant_subscription: {
        Args: { ends_at?: string; id?: string; plan: string; user_id: string };
        Returns: {
          created_at: string;
          ends_at: string | null;
          granted_by: string | null;
          id: string;
          plan: string;
          revoked_at: string | null;
          revoked_by: string | null;
          started_at: string;
          status: Database["public"]["Enums"]["subscription_status"];
          updated_at: string;
          user_id: string;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "subscriptions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      health_score: {
        Args: { currency?: string };
        Returns: {
          debt_points: number;
          debt_to_income: number;
          emergency_months: number;
          emergency_points: number;
          grade: string;
          liquid_assets: number;
          missing_rates: number;
          monthly_debt_payments: number;
          monthly_expenses: number;
          monthly_income: number;
          recommendations: string[];
          reporting_currency: string;
          savings_points: number;
          savings_rate: number;
          score: number;
        }[];
      };
      hledger_journal: { Args: { from_date?: string; to_date?: string }; Returns: string };
      income: {
        Args: {
          account_ids?: string[];
          category_ids?: string[];
          currency?: string;
          from_date?: string;
          group_by?: string;
          label_ids?: string[];
          to_date?: string;
        };
        Returns: {
          amount: number;
          change: number;
          change_percentage: number;
          ends_on: string;
          entry_count: number;
          group_id: string;
          group_name: string;
          missing_rates: number;
          months_with_income: number;
          percentage: number;
          previous_amount: number;
          previous_missing_rates: number;
          regularity: number;
          reporting_currency: string;
          starts_on: string;
        }[];
      };
      label_statistics: {
        Args: { currency?: string; from_date?: string; label_ids?: string[]; to_date?: string };
        Returns: {
          average: number;
          expenses: number;
          first_booked_on: string;
          income: number;
          label_id: string;
          label_name: string;
          last_booked_on: string;
          missing_rates: number;
          reporting_currency: string;
          transaction_count: number;
        }[];
      };
      last_booked_on: {
        Args: {
          account: Omit<
            Database["public"]["Tables"]["accounts"]["Row"],
            Database["public"]["Tables"]["accounts"]["ComputedFields"]
          >;
        };
        Returns: string;
      };
      leave_book: { Args: { book_id: string }; Returns: undefined };
      mark_all_notifications_read: {
        Args: { type?: Database["public"]["Enums"]["notification_type"] };
        Returns: number;
      };
      mark_notification_read: {
        Args: { notification_id: string };
        Returns: {
          action_url: string | null;
          book_id: string;
          created_at: string;
          details: NonNullable<Json>;
          email_queued_at: string | null;
          id: string;
          in_app: boolean;
          is_read: boolean;
          message: string;
          occasion: string;
          read_at: string | null;
          title: string;
          type: Database["public"]["Enums"]["notification_type"];
          user_id: string;
        };
        SetofOptions: {
          from: "*";
          to: "notifications";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      merge_payees: {
        Args: { source_ids: string[]; target_id: string };
        Returns: {
          aliases: string[];
          book_id: string;
          created_at: string;
          created_by: string | null;
          default_category_id: string | null;
          id: string;
          name: string;
          number: number;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "payees";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      my_sessions: {
        Args: Record<PropertyKey, never>;
        Returns: {
          created_at: string;
          id: string;
          ip: unknown;
          is_current: boolean;
          last_used_at: string;
          level: string;
          user_agent: string;
        }[];
      };
      net_worth: {
        Args: {
          account_ids?: string[];
          currency?: string;
          from_date?: string;
          group_by?: string;
          interval?: string;
          to_date?: string;
        };
        Returns: {
          account_currency: string;
          account_id: string;
          account_name: string;
          account_type: Database["public"]["Enums"]["account_type"];
          assets: number;
          balance: number;
          ends_on: string;
          liabilities: number;
          missing_rates: number;
          net_worth: number;
          reporting_currency: string;
        }[];
      };
      payment_schedule: {
        Args: { debt_id: string; extra_payment?: unknown; from_start?: boolean };
        Returns: {
          balance: number;
          due_on: string;
          interest: number;
          number: number;
          payment: number;
          principal: number;
        }[];
      };
      preview_rules: {
        Args: { from_date?: string; overwrite?: boolean; rule_ids?: string[]; to_date?: string };
        Returns: {
          amount: number;
          booked_on: string;
          description: string;
          matched_rule_ids: string[];
          new_category_id: string;
          new_label_ids: string[];
          new_payee_id: string;
          old_category_id: string;
          old_payee_id: string;
          payer: string;
          transaction_id: string;
        }[];
      };
      read_import_again: {
        Args: { account_id?: string; import_id: string; mapping?: Json };
        Returns: {
          account_id: string | null;
          accounts: NonNullable<Json>;
          balances: NonNullable<Json>;
          book_id: string;
          commit_xid: unknown;
          committed_at: string | null;
          created_at: string;
          created_by: string | null;
          detected: NonNullable<Json>;
          duplicate_count: number;
          error: Json | null;
          error_count: number;
          file_name: string;
          file_size: number;
          first_on: string | null;
          format: string | null;
          id: string;
          imported_count: number;
          last_on: string | null;
          left_out_count: number;
          line_count: number;
          mapping: NonNullable<Json>;
          money_in: number;
          money_out: number;
          notes: NonNullable<Json>;
          number: number;
          read_at: string | null;
          ready_count: number;
          sha256: string;
          status: Database["public"]["Enums"]["import_status"];
          task_id: string | null;
          undone_at: string | null;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "imports";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      reconcile_account: {
        Args: { account_id: string; booked_on: string; stated_balance: unknown };
        Returns: {
          account_id: string;
          book_id: string;
          booked_on: string;
          created_at: string;
          created_by: string | null;
          id: string;
          note: string | null;
          number: number;
          stated_balance: number;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "balance_assertions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      record_occurrence: {
        Args: { amount?: unknown; booked_on?: string; due_on: string; recurring_transaction_id: string };
        Returns: {
          account_id: string;
          amount: number;
          base_amount: number | null;
          base_rate: number | null;
          book_id: string;
          booked_on: string;
          category_id: string | null;
          created_at: string;
          created_by: string | null;
          currency: string;
          debt_id: string | null;
          description: string | null;
          due_on: string | null;
          external_id: string | null;
          fee: number;
          id: string;
          import_id: string | null;
          is_split: boolean;
          latitude: number | null;
          longitude: number | null;
          notes: string | null;
          number: number;
          original_amount: number | null;
          original_currency: string | null;
          original_rate: number | null;
          payee_id: string | null;
          payer: string | null;
          payment_status: Database["public"]["Enums"]["payment_status"];
          payment_type: Database["public"]["Enums"]["payment_type"];
          recurring_transaction_id: string | null;
          reported_amount: number;
          signed_amount: number;
          transfer_id: string | null;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "transactions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      record_transaction: {
        Args: {
          account_id: string;
          amount: unknown;
          booked_on: string;
          category_id?: string;
          description?: string;
          external_id?: string;
          id?: string;
          label_ids?: string[];
          notes?: string;
          original_amount?: unknown;
          original_currency?: string;
          payee_id?: string;
          payer?: string;
          payment_status?: Database["public"]["Enums"]["payment_status"];
          payment_type?: Database["public"]["Enums"]["payment_type"];
          splits?: Json;
          type: Database["public"]["Enums"]["transaction_type"];
        };
        Returns: {
          account_id: string;
          amount: number;
          base_amount: number | null;
          base_rate: number | null;
          book_id: string;
          booked_on: string;
          category_id: string | null;
          created_at: string;
          created_by: string | null;
          currency: string;
          debt_id: string | null;
          description: string | null;
          due_on: string | null;
          external_id: string | null;
          fee: number;
          id: string;
          import_id: string | null;
          is_split: boolean;
          latitude: number | null;
          longitude: number | null;
          notes: string | null;
          number: number;
          original_amount: number | null;
          original_currency: string | null;
          original_rate: number | null;
          payee_id: string | null;
          payer: string | null;
          payment_status: Database["public"]["Enums"]["payment_status"];
          payment_type: Database["public"]["Enums"]["payment_type"];
          recurring_transaction_id: string | null;
          reported_amount: number;
          signed_amount: number;
          transfer_id: string | null;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "transactions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      record_transfer: {
        Args: {
          amount: unknown;
          booked_on: string;
          fee?: unknown;
          fee_category_id?: string;
          from_account_id: string;
          id?: string;
          note?: string;
          rate?: number;
          received_amount?: unknown;
          to_account_id: string;
        };
        Returns: {
          amount: number;
          book_id: string;
          booked_on: string;
          created_at: string;
          created_by: string | null;
          fee: number;
          fee_category_id: string | null;
          from_account_id: string;
          id: string;
          note: string | null;
          number: number;
          rate: number;
          received_amount: number;
          to_account_id: string;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "transfers";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      reorder_categories: {
        Args: { ids: string[] };
        Returns: {
          book_id: string;
          color: string | null;
          created_at: string;
          created_by: string | null;
          description: string | null;
          icon: string | null;
          id: string;
          is_active: boolean;
          kind: Database["public"]["Enums"]["category_kind"];
          name: string;
          nature: Database["public"]["Enums"]["category_nature"] | null;
          number: number;
          parent_id: string | null;
          position: number;
          updated_at: string;
          updated_by: string | null;
          version: number;
        }[];
        SetofOptions: {
          from: "*";
          to: "categories";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      request_account_deletion: {
        Args: { confirmation: string };
        Returns: {
          book_id: string;
          created_by: string | null;
          error: Json | null;
          finished_at: string | null;
          heartbeat_at: string | null;
          id: string;
          kind: Database["public"]["Enums"]["task_kind"];
          message: string | null;
          number: number;
          parameters: NonNullable<Json>;
          progress: number;
          queued_at: string;
          result: Json | null;
          started_at: string | null;
          status: Database["public"]["Enums"]["task_status"];
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "tasks";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      revoke_subscription: {
        Args: { subscription_id: string; user_id: string };
        Returns: {
          created_at: string;
          ends_at: string | null;
          granted_by: string | null;
          id: string;
          plan: string;
          revoked_at: string | null;
          revoked_by: string | null;
          started_at: string;
          status: Database["public"]["Enums"]["subscription_status"];
          updated_at: string;
          user_id: string;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "subscriptions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      row_history: {
        Args: { row_id: string; table_name: string };
        Returns: {
          after: Json;
          before: Json;
          change_id: number;
          changed_at: string;
          changed_by: string;
          changed_by_name: string;
          op: Database["public"]["Enums"]["change_op"];
          xid: string;
        }[];
      };
      search_transactions: {
        Args: { before_number?: number; before_on?: string; page_size?: number; query: string };
        Returns: {
          account_id: string;
          amount: number;
          base_amount: number | null;
          base_rate: number | null;
          book_id: string;
          booked_on: string;
          category_id: string | null;
          created_at: string;
          created_by: string | null;
          currency: string;
          debt_id: string | null;
          description: string | null;
          due_on: string | null;
          external_id: string | null;
          fee: number;
          id: string;
          import_id: string | null;
          is_split: boolean;
          latitude: number | null;
          longitude: number | null;
          notes: string | null;
          number: number;
          original_amount: number | null;
          original_currency: string | null;
          original_rate: number | null;
          payee_id: string | null;
          payer: string | null;
          payment_status: Database["public"]["Enums"]["payment_status"];
          payment_type: Database["public"]["Enums"]["payment_type"];
          recurring_transaction_id: string | null;
          reported_amount: number;
          signed_amount: number;
          transfer_id: string | null;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
        }[];
        SetofOptions: {
          from: "*";
          to: "transactions";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      set_user_active: {
        Args: { is_active: boolean; user_id: string };
        Returns: {
          avatar_key: string | null;
          avatar_url: string | null;
          created_at: string;
          default_book_id: string | null;
          id: string;
          is_active: boolean;
          locale: string;
          name: string;
          updated_at: string;
          username: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "profiles";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      skip_occurrence: {
        Args: { due_on: string; recurring_transaction_id: string };
        Returns: {
          account_id: string;
          amount: number;
          auto_create: boolean;
          book_id: string;
          category_id: string | null;
          continued_from_id: string | null;
          created_at: string;
          created_by: string | null;
          description: string | null;
          effective_on: string;
          ends_on: string | null;
          frequency: Database["public"]["Enums"]["recurrence_frequency"] | null;
          id: string;
          is_active: boolean;
          name: string;
          next_on: string | null;
          next_tick_on: string | null;
          number: number;
          payee_id: string | null;
          payer: string | null;
          payment_type: Database["public"]["Enums"]["payment_type"];
          posted_through: string;
          reminded_through: string;
          reminder_days: number | null;
          rrule: string | null;
          skipped_on: string[];
          starts_on: string;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
          weekend_policy: Database["public"]["Enums"]["weekend_policy"];
        };
        SetofOptions: {
          from: "*";
          to: "recurring_transactions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      spending: {
        Args: {
          account_ids?: string[];
          category_ids?: string[];
          currency?: string;
          from_date?: string;
          group_by?: string;
          label_ids?: string[];
          to_date?: string;
        };
        Returns: {
          amount: number;
          change: number;
          change_percentage: number;
          ends_on: string;
          entry_count: number;
          group_id: string;
          group_name: string;
          missing_rates: number;
          percentage: number;
          previous_amount: number;
          previous_missing_rates: number;
          reporting_currency: string;
          starts_on: string;
        }[];
      };
      split_transaction: {
        Args: { amount?: unknown; splits: Json; transaction_id: string };
        Returns: {
          account_id: string;
          amount: number;
          base_rate: number | null;
          book_id: string;
          booked_on: string;
          category_id: string | null;
          created_at: string;
          created_by: string | null;
          description: string | null;
          id: string;
          payee_id: string | null;
          payer: string | null;
          payment_type: Database["public"]["Enums"]["payment_type"];
          position: number;
          transaction_id: string;
          transaction_number: number;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
        }[];
        SetofOptions: {
          from: "*";
          to: "transaction_splits";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      start_bulk: {
        Args: { arguments?: Json; function_name: string; id?: string };
        Returns: {
          book_id: string;
          created_by: string | null;
          error: Json | null;
          finished_at: string | null;
          heartbeat_at: string | null;
          id: string;
          kind: Database["public"]["Enums"]["task_kind"];
          message: string | null;
          number: number;
          parameters: NonNullable<Json>;
          progress: number;
          queued_at: string;
          result: Json | null;
          started_at: string | null;
          status: Database["public"]["Enums"]["task_status"];
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "tasks";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      start_export: {
        Args: {
          account_ids?: string[];
          all_books?: boolean;
          byte_order_mark?: boolean;
          category_ids?: string[];
          format: string;
          from_date?: string;
          id?: string;
          keyword?: string;
          label_ids?: string[];
          locale?: string;
          max_amount?: number;
          min_amount?: number;
          payment_type?: Database["public"]["Enums"]["payment_type"];
          status?: Database["public"]["Enums"]["payment_status"];
          to_date?: string;
          type?: Database["public"]["Enums"]["transaction_type"];
        };
        Returns: {
          book_id: string;
          created_by: string | null;
          error: Json | null;
          finished_at: string | null;
          heartbeat_at: string | null;
          id: string;
          kind: Database["public"]["Enums"]["task_kind"];
          message: string | null;
          number: number;
          parameters: NonNullable<Json>;
          progress: number;
          queued_at: string;
          result: Json | null;
          started_at: string | null;
          status: Database["public"]["Enums"]["task_status"];
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "tasks";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      start_extract: {
        Args: {
          days_before?: number;
          detailed?: boolean;
          from_date?: string;
          id?: string;
          interval?: string;
          to_date?: string;
        };
        Returns: {
          book_id: string;
          created_by: string | null;
          error: Json | null;
          finished_at: string | null;
          heartbeat_at: string | null;
          id: string;
          kind: Database["public"]["Enums"]["task_kind"];
          message: string | null;
          number: number;
          parameters: NonNullable<Json>;
          progress: number;
          queued_at: string;
          result: Json | null;
          started_at: string | null;
          status: Database["public"]["Enums"]["task_status"];
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "tasks";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      switch_book: {
        Args: { book_id: string };
        Returns: {
          base_currency: string;
          created_at: string;
          created_by: string | null;
          first_day_of_month: number;
          first_day_of_week: number;
          id: string;
          name: string;
          timezone: string;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "books";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      test_webhook: {
        Args: { webhook_id: string };
        Returns: {
          attempts: NonNullable<Json>;
          body: NonNullable<Json>;
          book_id: string;
          created_at: string;
          event: Database["public"]["Enums"]["webhook_event"];
          finished_at: string | null;
          id: string;
          next_attempt_at: string | null;
          status: Database["public"]["Enums"]["delivery_status"];
          webhook_id: string;
        };
        SetofOptions: {
          from: "*";
          to: "webhook_deliveries";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      top_merchants: {
        Args: {
          account_ids?: string[];
          category_ids?: string[];
          currency?: string;
          from_date?: string;
          label_ids?: string[];
          page_size?: number;
          to_date?: string;
        };
        Returns: {
          amount: number;
          average: number;
          first_booked_on: string;
          last_booked_on: string;
          merchant: string;
          missing_rates: number;
          payee_id: string;
          percentage: number;
          reporting_currency: string;
          transaction_count: number;
        }[];
      };
      total_balance: {
        Args: {
          account_group: Omit<
            Database["public"]["Tables"]["account_groups"]["Row"],
            Database["public"]["Tables"]["account_groups"]["ComputedFields"]
          >;
        };
        Returns: number;
      };
      transaction_summary: {
        Args: {
          account_ids?: string[];
          category_ids?: string[];
          currency?: string;
          from_date?: string;
          label_ids?: string[];
          to_date?: string;
        };
        Returns: {
          amount: number;
          average_amount: number;
          entry_count: number;
          group_id: string;
          group_name: string;
          grouped_by: string;
          missing_rates: number;
          percentage: number;
          reporting_currency: string;
          type: Database["public"]["Enums"]["transaction_type"];
        }[];
      };
      transactions_as_of: {
        Args: { moment: string };
        Returns: {
          account_id: string;
          amount: number;
          base_amount: number | null;
          base_rate: number | null;
          book_id: string;
          booked_on: string;
          category_id: string | null;
          created_at: string;
          created_by: string | null;
          currency: string;
          debt_id: string | null;
          description: string | null;
          due_on: string | null;
          external_id: string | null;
          fee: number;
          id: string;
          import_id: string | null;
          is_split: boolean;
          latitude: number | null;
          longitude: number | null;
          notes: string | null;
          number: number;
          original_amount: number | null;
          original_currency: string | null;
          original_rate: number | null;
          payee_id: string | null;
          payer: string | null;
          payment_status: Database["public"]["Enums"]["payment_status"];
          payment_type: Database["public"]["Enums"]["payment_type"];
          recurring_transaction_id: string | null;
          reported_amount: number;
          signed_amount: number;
          transfer_id: string | null;
          type: Database["public"]["Enums"]["transaction_type"];
          updated_at: string;
          updated_by: string | null;
          version: number;
        }[];
        SetofOptions: {
          from: "*";
          to: "transactions";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      transfer_balances: {
        Args: { transfer_id: string };
        Returns: {
          account_currency: string;
          account_id: string;
          account_name: string;
          balance_after: number;
          balance_before: number;
          change: number;
          side: string;
        }[];
      };
      transfer_ownership: {
        Args: { book_id: string; user_id: string };
        Returns: {
          book_id: string;
          created_at: string;
          role: Database["public"]["Enums"]["book_role"];
          updated_at: string;
          user_id: string;
          version: number;
        }[];
        SetofOptions: {
          from: "*";
          to: "book_members";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      undo_change: {
        Args: { change_id: number };
        Returns: {
          op: Database["public"]["Enums"]["change_op"];
          row_id: string;
          table_name: string;
        }[];
      };
      undo_import: {
        Args: { import_id: string };
        Returns: {
          account_id: string | null;
          accounts: NonNullable<Json>;
          balances: NonNullable<Json>;
          book_id: string;
          commit_xid: unknown;
          committed_at: string | null;
          created_at: string;
          created_by: string | null;
          detected: NonNullable<Json>;
          duplicate_count: number;
          error: Json | null;
          error_count: number;
          file_name: string;
          file_size: number;
          first_on: string | null;
          format: string | null;
          id: string;
          imported_count: number;
          last_on: string | null;
          left_out_count: number;
          line_count: number;
          mapping: NonNullable<Json>;
          money_in: number;
          money_out: number;
          notes: NonNullable<Json>;
          number: number;
          read_at: string | null;
          ready_count: number;
          sha256: string;
          status: Database["public"]["Enums"]["import_status"];
          task_id: string | null;
          undone_at: string | null;
          updated_at: string;
          updated_by: string | null;
          version: number;
        };
        SetofOptions: {
          from: "*";
          to: "imports";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      undo_request: {
        Args: { xid: string };
        Returns: {
          op: Database["public"]["Enums"]["change_op"];
          row_id: string;
          table_name: string;
        }[];
      };
      unlock_transactions: { Args: { ids: string[] }; Returns: string[] };
      unread_notification_count: { Args: Record<PropertyKey, never>; Returns: number };
      upcoming: {
        Args: { from_date?: string; to_date?: string };
        Returns: {
          account_id: string;
          amount: number;
          auto_create: boolean;
          booked_on: string;
          category_id: string;
          currency: string;
          due_on: string;
          name: string;
          payee_id: string;
          recurring_transaction_id: string;
          type: Database["public"]["Enums"]["transaction_type"];
        }[];
      };
      usage_count: {
        Args: {
          label: Omit<
            Database["public"]["Tables"]["labels"]["Row"],
            Database["public"]["Tables"]["labels"]["ComputedFields"]
          >;
        };
        Returns: number;
      };
    };
    Enums: {
      account_type: "bank" | "cash" | "credit" | "savings" | "investment" | "loan" | "crypto";
      account_usability: "daily" | "savings" | "bills" | "other";
      book_role: "viewer" | "editor" | "owner";
      budget_period: "weekly" | "monthly" | "quarterly" | "yearly" | "custom";
      budget_status: "on_track" | "warning" | "exceeded";
      category_kind: "income" | "expense" | "both";
      category_nature: "NEED" | "WANT" | "MUST";
      change_op: "insert" | "update" | "delete";
      debt_type: "LOAN" | "DEBT";
      delivery_status: "pending" | "delivered" | "failed" | "dropped";
      goal_status: "active" | "completed" | "paused" | "cancelled";
      goal_type: "savings" | "debt_payoff" | "investment";
      import_outcome: "ready" | "duplicate" | "left_out" | "error" | "imported";
      import_status: "queued" | "ready" | "failed" | "committed" | "undone";
      invitation_status: "pending" | "accepted" | "declined";
      notification_type:
        | "budget_alert"
        | "bill_reminder"
        | "goal_milestone"
        | "import_done"
        | "export_ready"
        | "security"
        | "system"
        | "weekly_digest";
      payment_status: "pending" | "cleared" | "reconciled";
      payment_type:
        | "cash"
        | "debit_card"
        | "credit_card"
        | "bank_transfer"
        | "check"
        | "direct_debit"
        | "e_wallet"
        | "crypto"
        | "other";
      recurrence_frequency: "daily" | "weekly" | "biweekly" | "monthly" | "quarterly" | "yearly";
      subscription_status: "active" | "revoked";
      task_kind: "extract" | "export" | "import" | "restore" | "bulk";
      task_status: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "timed_out";
      transaction_type: "income" | "expense";
      webhook_event:
        | "transaction.inserted"
        | "transaction.updated"
        | "transaction.deleted"
        | "budget.alert"
        | "bill.reminder"
        | "goal.milestone"
        | "import.done"
        | "export.ready"
        | "ping";
      weekend_policy: "keep" | "skip" | "before" | "after";
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    keyof (DefaultSchema["Tables"] & DefaultSchema["Views"]) | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R;
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R;
      }
      ? R
      : never
    : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I;
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I;
      }
      ? I
      : never
    : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U;
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U;
      }
      ? U
      : never
    : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"] | { schema: keyof DatabaseWithoutInternals },
  EnumName extends (DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never) = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
    : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    keyof DefaultSchema["CompositeTypes"] | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never) = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
    : never;

export const Constants = {
  public: {
    Enums: {
      account_type: ["bank", "cash", "credit", "savings", "investment", "loan", "crypto"],
      account_usability: ["daily", "savings", "bills", "other"],
      book_role: ["viewer", "editor", "owner"],
      budget_period: ["weekly", "monthly", "quarterly", "yearly", "custom"],
      budget_status: ["on_track", "warning", "exceeded"],
      category_kind: ["income", "expense", "both"],
      category_nature: ["NEED", "WANT", "MUST"],
      change_op: ["insert", "update", "delete"],
      debt_type: ["LOAN", "DEBT"],
      delivery_status: ["pending", "delivered", "failed", "dropped"],
      goal_status: ["active", "completed", "paused", "cancelled"],
      goal_type: ["savings", "debt_payoff", "investment"],
      import_outcome: ["ready", "duplicate", "left_out", "error", "imported"],
      import_status: ["queued", "ready", "failed", "committed", "undone"],
      invitation_status: ["pending", "accepted", "declined"],
      notification_type: [
        "budget_alert",
        "bill_reminder",
        "goal_milestone",
        "import_done",
        "export_ready",
        "security",
        "system",
        "weekly_digest",
      ],
      payment_status: ["pending", "cleared", "reconciled"],
      payment_type: [
        "cash",
        "debit_card",
        "credit_card",
        "bank_transfer",
        "check",
        "direct_debit",
        "e_wallet",
        "crypto",
        "other",
      ],
      recurrence_frequency: ["daily", "weekly", "biweekly", "monthly", "quarterly", "yearly"],
      subscription_status: ["active", "revoked"],
      task_kind: ["extract", "export", "import", "restore", "bulk"],
      task_status: ["queued", "running", "succeeded", "failed", "cancelled", "timed_out"],
      transaction_type: ["income", "expense"],
      webhook_event: [
        "transaction.inserted",
        "transaction.updated",
        "transaction.deleted",
        "budget.alert",
        "bill.reminder",
        "goal.milestone",
        "import.done",
        "export.ready",
        "ping",
      ],
      weekend_policy: ["keep", "skip", "before", "after"],
    },
  },
} as const;
